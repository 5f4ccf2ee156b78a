-- How many diary entries were expected in each clinic and month, and how many of them were filled, by scale.
-- As derive.diary.completeness: an entry belongs to the month its last day lies in; an answer at a visit or by phone is
-- no diary; without a schedule none is expected and there is no share. The last month ends with the day of the export.
-- The days of a month with a value are the bits of one number, so that a diary of years stays small.
WITH ordered AS (
    SELECT site_name, patient, scale, from_day, until_day, every_days, paused,
        ROW_NUMBER() OVER (PARTITION BY site_name, patient, scale, from_day ORDER BY first_row DESC) AS place
    FROM diary_schedules
),
schedules AS (
    SELECT site_name, patient, scale, from_day, every_days, paused,
        LEAST(
            COALESCE(LEAD(from_day) OVER (PARTITION BY site_name, patient, scale ORDER BY from_day) - 1, 1000000),
            COALESCE(until_day, 1000000)
        ) AS stop_day
    FROM ordered
    WHERE place = 1
),
running AS (
    SELECT site_name, patient, scale, from_day, every_days, stop_day
    FROM schedules
    WHERE paused IS NULL OR paused <> 'yes'
),
noted AS (
    SELECT site_name, patient, noted_day, following,
        ROW_NUMBER() OVER (PARTITION BY site_name, patient, noted_day ORDER BY first_row DESC) AS place
    FROM patient_states
    WHERE following IS NOT NULL
),
states AS (
    SELECT site_name, patient, noted_day, following,
        LEAD(noted_day) OVER (PARTITION BY site_name, patient ORDER BY noted_day) AS next_day
    FROM noted
    WHERE place = 1
),
followed AS (
    SELECT p.site_name, p.patient, -1000000 AS first_day, COALESCE(MIN(s.noted_day) - 1, 1000000) AS last_day
    FROM patients AS p
    LEFT JOIN states AS s ON s.site_name = p.site_name AND s.patient = p.patient
    GROUP BY p.site_name, p.patient
    UNION ALL
    SELECT site_name, patient, noted_day AS first_day, COALESCE(next_day - 1, 1000000) AS last_day
    FROM states
    WHERE following NOT IN ('explanted', 'transferred', 'stopped', 'died')
),
stretches AS (
    SELECT r.site_name, r.patient, r.scale, m.month, r.from_day, r.every_days, m.first_day AS month_day,
        GREATEST(m.first_day, f.first_day) AS first_day,
        LEAST(m.last_day, f.last_day, r.stop_day) AS last_day
    FROM running AS r
    JOIN followed AS f ON f.site_name = r.site_name AND f.patient = r.patient
    JOIN months AS m ON m.site_name = r.site_name AND m.last_day >= r.from_day AND m.first_day <= r.stop_day
),
expected AS (
    SELECT site_name, patient, scale, month,
        SUM(
            GREATEST(FLOOR(CAST(last_day - from_day + 1 AS DOUBLE) / every_days), 0)
            - GREATEST(FLOOR(CAST(first_day - from_day AS DOUBLE) / every_days), 0)
        ) AS n
    FROM stretches
    WHERE last_day >= first_day
    GROUP BY site_name, patient, scale, month
),
answered AS (
    SELECT s.site_name, s.patient, s.scale, m.month, m.first_day,
        BIT_OR(CAST(POWER(2, s.local_day - m.first_day) AS BIGINT)) AS days
    FROM scores AS s
    JOIN months AS m ON m.site_name = s.site_name AND m.month = s.local_month AND s.local_day <= m.last_day
    WHERE s.rank IS NOT NULL AND (s.collected IS NULL OR s.collected NOT IN ('visit', 'phone'))
    GROUP BY s.site_name, s.patient, s.scale, m.month, m.first_day
),
each_day AS (
    SELECT site_name, patient, scale, month, month_day, GREATEST(first_day, from_day) AS first_day, last_day
    FROM stretches
    WHERE every_days = 1 AND last_day >= GREATEST(first_day, from_day)
),
days_filled AS (
    SELECT t.site_name, t.month, t.scale,
        SUM(BIT_COUNT(a.days & (
            CAST(POWER(2, t.last_day - t.month_day + 1) AS BIGINT) - CAST(POWER(2, t.first_day - t.month_day) AS BIGINT)
        ))) AS n
    FROM each_day AS t
    JOIN answered AS a
        ON a.site_name = t.site_name AND a.patient = t.patient AND a.scale = t.scale AND a.month = t.month
    GROUP BY t.site_name, t.month, t.scale
),
bits AS (
    SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16),
        (17), (18), (19), (20), (21), (22), (23), (24), (25), (26), (27), (28), (29), (30)) AS numbers (n)
),
spaced AS (
    SELECT DISTINCT r.site_name, r.patient, r.scale, r.stop_day,
        r.from_day + CAST(FLOOR(CAST(a.first_day + b.n - r.from_day AS DOUBLE) / r.every_days) + 1 AS BIGINT)
            * r.every_days - 1 AS ends_day
    FROM running AS r
    JOIN answered AS a ON a.site_name = r.site_name AND a.patient = r.patient AND a.scale = r.scale
    CROSS JOIN bits AS b
    WHERE r.every_days > 1 AND (a.days & CAST(POWER(2, b.n) AS BIGINT)) <> 0
        AND a.first_day + b.n >= r.from_day AND a.first_day + b.n <= r.stop_day
),
spaced_filled AS (
    SELECT e.site_name, e.scale, e.ends_day, COUNT(*) AS n
    FROM spaced AS e
    JOIN followed AS f
        ON f.site_name = e.site_name AND f.patient = e.patient
        AND e.ends_day >= f.first_day AND e.ends_day <= f.last_day
    WHERE e.ends_day <= e.stop_day
    GROUP BY e.site_name, e.scale, e.ends_day
),
each AS (
    SELECT site_name, month, scale, COUNT(DISTINCT patient) AS patients_expected, 0 AS patients_with_value,
        SUM(n) AS n_expected, 0 AS n_filled, 0 AS n_days
    FROM expected
    WHERE n > 0
    GROUP BY site_name, month, scale
    UNION ALL
    SELECT site_name, month, scale, 0 AS patients_expected, 0 AS patients_with_value,
        0 AS n_expected, n AS n_filled, 0 AS n_days
    FROM days_filled
    UNION ALL
    SELECT f.site_name, m.month, f.scale, 0 AS patients_expected, 0 AS patients_with_value,
        0 AS n_expected, SUM(f.n) AS n_filled, 0 AS n_days
    FROM spaced_filled AS f
    JOIN months AS m ON m.site_name = f.site_name AND f.ends_day >= m.first_day AND f.ends_day <= m.last_day
    GROUP BY f.site_name, m.month, f.scale
    UNION ALL
    SELECT site_name, month, scale, 0 AS patients_expected, COUNT(DISTINCT patient) AS patients_with_value,
        0 AS n_expected, 0 AS n_filled, SUM(BIT_COUNT(days)) AS n_days
    FROM answered
    GROUP BY site_name, month, scale
)
SELECT
    site_name, month, scale,
    CAST(SUM(patients_expected) AS BIGINT) AS patients_expected,
    CAST(SUM(patients_with_value) AS BIGINT) AS patients_with_value,
    CAST(SUM(n_expected) AS BIGINT) AS n_expected,
    CAST(SUM(n_filled) AS BIGINT) AS n_filled,
    CAST(SUM(n_days) AS BIGINT) AS days_with_value,
    CASE WHEN SUM(n_expected) > 0
        THEN CAST(100 * SUM(n_filled) AS DOUBLE) / CAST(SUM(n_expected) AS DOUBLE)
    END AS filled_pct
FROM each
GROUP BY site_name, month, scale
ORDER BY site_name, month, scale
