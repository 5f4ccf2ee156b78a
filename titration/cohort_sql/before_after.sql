-- Every change of the dose beside every series of scores of its patient: the days before it and after it.
-- As derive.windows.before_after; a series is a patient, scale, version, body part, side and reporter, and is never mixed
-- with another. Doses are often changed when scores are high, and scores that were high by chance tend to be lower the
-- next time, whatever was done: a difference between the two sides does not show that the change made it.
WITH series AS (
    SELECT site_name, patient, scale,
        COALESCE(version, '') AS version, COALESCE(body_part, '') AS body_part, COALESCE(side, '') AS side,
        COALESCE(reporter, 'not stated') AS reporter,
        MAX(CASE WHEN is_grade THEN 1 ELSE 0 END) AS is_grade
    FROM scores
    WHERE rank IS NOT NULL
    GROUP BY site_name, patient, scale, COALESCE(version, ''), COALESCE(body_part, ''), COALESCE(side, ''),
        COALESCE(reporter, 'not stated')
),
pairs AS (
    SELECT c.site_name, c.patient, c.start_s, c.record, c.row AS change_row, c.direction, c.is_unexplained,
        s.scale, s.version, s.body_part, s.side, s.reporter, s.is_grade,
        c.start_sure_s, c.since_sure_s, c.until_s, c.device_on_s, c.device_on_sure_s, c.device_before_sure_s, c.device_next_s,
        w.length_s, w.device_washout_s, w.least_n, COALESCE(g.recall_s, 0) AS recall_s,
        w.washout_s + COALESCE(g.recall_s, 0) AS settle_s
    FROM changes AS c
    CROSS JOIN setting AS w
    JOIN series AS s ON s.site_name = c.site_name AND s.patient = c.patient
    LEFT JOIN scales AS g ON g.site_name = s.site_name AND g.scale = s.scale
),
raw AS (
    SELECT site_name, patient, start_s, record, change_row, direction, is_unexplained, scale, version, body_part, side,
        reporter, is_grade, length_s, least_n,
        CASE WHEN device_washout_s IS NULL AND (
            device_on_sure_s IS NOT NULL OR COALESCE(device_before_sure_s + settle_s > start_s - length_s, FALSE)
        ) THEN 1 ELSE 0 END AS is_near_device,
        GREATEST(
            start_s - length_s, since_sure_s + settle_s,
            COALESCE(device_before_sure_s + device_washout_s + recall_s, start_s - length_s)
        ) AS before_from_s,
        LEAST(start_s, COALESCE(device_on_s, start_s)) AS before_to_s,
        GREATEST(
            start_sure_s + settle_s,
            COALESCE(device_on_sure_s + device_washout_s + recall_s, start_sure_s + settle_s),
            COALESCE(device_before_sure_s + device_washout_s + recall_s, start_sure_s + settle_s)
        ) AS after_from_s,
        LEAST(until_s, COALESCE(device_next_s, until_s)) AS until_s
    FROM pairs
),
edges AS (
    SELECT site_name, patient, start_s, record, change_row, direction, is_unexplained, scale, version, body_part, side,
        reporter, is_grade, least_n, is_near_device, before_from_s, before_to_s, after_from_s,
        LEAST(after_from_s + length_s, until_s) AS after_to_s
    FROM raw
),
compared AS (
    SELECT e.site_name, e.patient, e.start_s, e.record, e.change_row, e.direction, e.scale, e.version, e.body_part, e.side,
        e.reporter, e.is_grade,
        CASE WHEN e.is_unexplained THEN 'unexplained'
            WHEN e.is_near_device = 1 THEN 'device'
            WHEN e.before_to_s <= e.before_from_s OR e.after_to_s <= e.after_from_s THEN 'no days'
            WHEN COUNT(CASE WHEN s.last_s < e.before_to_s THEN s.rank END) < e.least_n THEN 'few'
            WHEN COUNT(CASE WHEN s.first_s >= e.after_from_s THEN s.rank END) < e.least_n THEN 'few'
            ELSE 'computable'
        END AS told,
        COUNT(CASE WHEN s.last_s < e.before_to_s THEN s.rank END) AS before_n,
        COUNT(CASE WHEN s.first_s >= e.after_from_s THEN s.rank END) AS after_n,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN s.last_s < e.before_to_s THEN s.rank END) AS before_median,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN s.first_s >= e.after_from_s THEN s.rank END) AS after_median
    FROM edges AS e
    LEFT JOIN scores AS s
        ON s.site_name = e.site_name AND s.patient = e.patient AND s.scale = e.scale
        AND COALESCE(s.version, '') = e.version AND COALESCE(s.body_part, '') = e.body_part
        AND COALESCE(s.side, '') = e.side AND COALESCE(s.reporter, 'not stated') = e.reporter
        AND (
            (s.first_s >= e.before_from_s AND s.last_s < e.before_to_s)
            OR (s.first_s >= e.after_from_s AND s.last_s < e.after_to_s)
        )
    GROUP BY e.site_name, e.patient, e.start_s, e.record, e.change_row, e.direction, e.scale, e.version, e.body_part,
        e.side, e.reporter, e.is_grade, e.is_unexplained, e.is_near_device, e.before_from_s, e.before_to_s,
        e.after_from_s, e.after_to_s, e.least_n
)
SELECT
    site_name, scale, version, body_part, side, reporter, direction,
    COUNT(*) AS pairs,
    COUNT(DISTINCT patient) AS patients,
    COUNT(CASE WHEN told = 'computable' THEN 1 END) AS computable,
    COUNT(CASE WHEN told = 'few' THEN 1 END) AS too_few,
    COUNT(CASE WHEN told = 'no days' THEN 1 END) AS without_days,
    COUNT(CASE WHEN told = 'device' THEN 1 END) AS near_device,
    COUNT(CASE WHEN told = 'unexplained' THEN 1 END) AS unexplained,
    CAST(SUM(before_n) AS BIGINT) AS scores_before,
    CAST(SUM(after_n) AS BIGINT) AS scores_after,
    PERCENTILE_CONT(0.5) WITHIN GROUP (
        ORDER BY CASE WHEN told = 'computable' AND is_grade = 0 THEN before_median END
    ) AS before_median,
    PERCENTILE_CONT(0.5) WITHIN GROUP (
        ORDER BY CASE WHEN told = 'computable' AND is_grade = 0 THEN after_median END
    ) AS after_median,
    PERCENTILE_CONT(0.5) WITHIN GROUP (
        ORDER BY CASE WHEN told = 'computable' AND is_grade = 0 THEN after_median - before_median END
    ) AS difference_median,
    MIN(CASE WHEN told = 'computable' AND is_grade = 0 THEN after_median - before_median END) AS difference_low,
    MAX(CASE WHEN told = 'computable' AND is_grade = 0 THEN after_median - before_median END) AS difference_high
FROM compared
GROUP BY site_name, scale, version, body_part, side, reporter, direction
ORDER BY site_name, scale, version, body_part, side, reporter, direction
