-- How much each clinic recorded in each month, and how many patients it followed at the month's end.
-- In order of clinic and month; nothing is ranked. Followed: the last state noted by then says active.
WITH noted AS (
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
    SELECT m.site_name, m.month, COUNT(*) AS n
    FROM months AS m
    JOIN states AS s
        ON s.site_name = m.site_name AND s.following = 'active' AND s.noted_day <= m.last_day
        AND (s.next_day IS NULL OR s.next_day > m.last_day)
    GROUP BY m.site_name, m.month
),
changed AS (
    SELECT site_name, local_month AS month, COUNT(*) AS n,
        COUNT(CASE WHEN direction = 'increase' THEN 1 END) AS up,
        COUNT(CASE WHEN direction = 'decrease' THEN 1 END) AS down
    FROM changes
    GROUP BY site_name, local_month
),
programmed AS (
    SELECT site_name, local_month AS month, COUNT(*) AS n FROM doses GROUP BY site_name, local_month
),
filled AS (
    SELECT site_name, local_month AS month, COUNT(*) AS n FROM refills GROUP BY site_name, local_month
),
scored AS (
    SELECT site_name, local_month AS month, COUNT(*) AS n, COUNT(rank) AS with_value,
        COUNT(DISTINCT patient) AS patients
    FROM scores
    GROUP BY site_name, local_month
)
SELECT
    m.site_name, m.month,
    COALESCE(f.n, 0) AS patients_followed,
    COALESCE(p.n, 0) AS programs_recorded,
    COALESCE(c.n, 0) AS changes,
    COALESCE(c.up, 0) AS increases,
    COALESCE(c.down, 0) AS decreases,
    COALESCE(r.n, 0) AS refills,
    COALESCE(s.n, 0) AS scores,
    COALESCE(s.with_value, 0) AS scores_with_value,
    COALESCE(s.patients, 0) AS patients_scored
FROM months AS m
LEFT JOIN followed AS f ON f.site_name = m.site_name AND f.month = m.month
LEFT JOIN programmed AS p ON p.site_name = m.site_name AND p.month = m.month
LEFT JOIN changed AS c ON c.site_name = m.site_name AND c.month = m.month
LEFT JOIN filled AS r ON r.site_name = m.site_name AND r.month = m.month
LEFT JOIN scored AS s ON s.site_name = m.site_name AND s.month = m.month
ORDER BY m.site_name, m.month
