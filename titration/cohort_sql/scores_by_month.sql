-- The scores of each clinic and month, by scale, version, body part, side and reporter; never across them.
-- A sum and a mean only of scales that are not ordinal. Of grades the lower of the two middle ones, by its place on
-- the scale (0 is the first). Every score counts once, so a patient with more scores weighs more.
SELECT
    s.site_name, s.local_month AS month, s.scale,
    COALESCE(s.version, '') AS version,
    COALESCE(s.body_part, '') AS body_part,
    COALESCE(s.side, '') AS side,
    COALESCE(s.reporter, 'not stated') AS reporter,
    COUNT(DISTINCT s.patient) AS patients,
    COUNT(*) AS recorded,
    COUNT(s.rank) AS n,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN NOT s.is_grade THEN s.rank END) AS median,
    PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY CASE WHEN s.is_grade THEN s.rank END) AS median_place,
    MIN(s.rank) AS low,
    MAX(s.rank) AS high,
    SUM(CASE WHEN NOT g.is_ordinal THEN s.rank END) AS total,
    AVG(CASE WHEN NOT g.is_ordinal THEN s.rank END) AS mean
FROM scores AS s
LEFT JOIN scales AS g ON g.site_name = s.site_name AND g.scale = s.scale
GROUP BY s.site_name, s.local_month, s.scale, COALESCE(s.version, ''), COALESCE(s.body_part, ''), COALESCE(s.side, ''),
    COALESCE(s.reporter, 'not stated')
ORDER BY s.site_name, month, s.scale, version, body_part, side, reporter
