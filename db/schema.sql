-- The tables of a titration log, written by: titration schema

PRAGMA application_id = 1414091858;

PRAGMA user_version = 1;

CREATE TABLE entry (
  entry INTEGER PRIMARY KEY,
  recorded_at INTEGER NOT NULL,
  recorded_offset_min INTEGER NOT NULL,
  by TEXT NOT NULL,
  account TEXT NOT NULL,
  host TEXT NOT NULL,
  action TEXT NOT NULL,
  source INTEGER REFERENCES words (id),
  source_sha256 BLOB,
  reason INTEGER REFERENCES words (id),
  card INTEGER REFERENCES words (id),
  program TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  schema_digest BLOB,
  facts INTEGER NOT NULL,
  last_row INTEGER NOT NULL,
  previous BLOB NOT NULL,
  seal BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  "table" TEXT NOT NULL,
  first_row INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n BETWEEN 1 AND 1024),
  schema_version INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;

CREATE TABLE property (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE code (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE words (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  digest BLOB NOT NULL,
  salt BLOB,
  text TEXT
) STRICT;

CREATE TABLE scale (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  code TEXT NOT NULL,
  version TEXT NOT NULL,
  definition TEXT NOT NULL,
  UNIQUE (code, version)
) STRICT;

CREATE TABLE amendment (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  row INTEGER NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('corrected', 'entered in error', 'moved', 'completed')),
  replaced_by INTEGER,
  reason INTEGER NOT NULL REFERENCES words (id)
) STRICT;

CREATE TABLE redaction (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  words INTEGER NOT NULL UNIQUE REFERENCES words (id),
  reason INTEGER NOT NULL REFERENCES words (id)
) STRICT;

CREATE TABLE answer (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  question INTEGER NOT NULL REFERENCES words (id),
  reason INTEGER NOT NULL REFERENCES words (id)
) STRICT;

CREATE TABLE dose_step (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  of INTEGER NOT NULL REFERENCES dose_change (row),
  weekday INTEGER NOT NULL REFERENCES code (id),
  start_min INTEGER NOT NULL CHECK (start_min BETWEEN 0 AND 1439),
  rate_mcg_per_h REAL NOT NULL CHECK (rate_mcg_per_h BETWEEN 0 AND 1e+308)
) STRICT;

CREATE INDEX dose_step_of ON dose_step (of);

CREATE VIEW dose_step_current AS
SELECT
  row,
  entry,
  of,
  (SELECT text FROM code WHERE id = weekday) AS weekday,
  start_min,
  rate_mcg_per_h
FROM dose_step
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = dose_step.of);

CREATE TABLE timed_bolus (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  of INTEGER NOT NULL REFERENCES dose_change (row),
  weekday INTEGER NOT NULL REFERENCES code (id),
  start_min INTEGER NOT NULL CHECK (start_min BETWEEN 0 AND 1439),
  dose_mcg REAL NOT NULL CHECK (dose_mcg BETWEEN 0 AND 1e+308),
  duration_min REAL CHECK (duration_min BETWEEN 0 AND 1e+308)
) STRICT;

CREATE INDEX timed_bolus_of ON timed_bolus (of);

CREATE VIEW timed_bolus_current AS
SELECT
  row,
  entry,
  of,
  (SELECT text FROM code WHERE id = weekday) AS weekday,
  start_min,
  dose_mcg,
  duration_min
FROM timed_bolus
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = timed_bolus.of);

CREATE TABLE dose_change (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  effective_at INTEGER,
  effective_offset_min INTEGER,
  effective_on INTEGER NOT NULL,
  mode INTEGER NOT NULL REFERENCES code (id),
  dose_mcg_per_day REAL NOT NULL CHECK (dose_mcg_per_day BETWEEN 0 AND 1e+308),
  dose_ordered_mcg_per_day REAL CHECK (dose_ordered_mcg_per_day BETWEEN 0 AND 1e+308),
  concentration_mcg_per_ml REAL CHECK (concentration_mcg_per_ml BETWEEN 0 AND 1e+308),
  drug INTEGER REFERENCES code (id),
  admixture INTEGER REFERENCES code (id),
  status INTEGER NOT NULL REFERENCES code (id),
  fulfils INTEGER CHECK (fulfils BETWEEN 1 AND 9007199254740992),
  flow_ml_per_day REAL CHECK (flow_ml_per_day BETWEEN 0 AND 1e+308),
  patient_bolus_mcg REAL CHECK (patient_bolus_mcg BETWEEN 0 AND 1e+308),
  patient_bolus_max_per_day INTEGER CHECK (patient_bolus_max_per_day BETWEEN 0 AND 9007199254740992),
  patient_bolus_lockout_min REAL CHECK (patient_bolus_lockout_min BETWEEN 0 AND 1e+308),
  clock_offset_min INTEGER CHECK (clock_offset_min BETWEEN -840 AND 840),
  alarm_on INTEGER,
  reason INTEGER REFERENCES words (id),
  ordered_by INTEGER REFERENCES code (id),
  programmed_by INTEGER REFERENCES code (id),
  timing INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX dose_change_patient ON dose_change (patient);

CREATE VIEW dose_change_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', effective_at + effective_offset_min * 60, 'unixepoch') || CASE WHEN effective_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(effective_offset_min) / 60, abs(effective_offset_min) % 60) AS effective_at,
  effective_offset_min,
  date(effective_on * 86400, 'unixepoch') AS effective_on,
  (SELECT text FROM code WHERE id = mode) AS mode,
  dose_mcg_per_day,
  dose_ordered_mcg_per_day,
  concentration_mcg_per_ml,
  (SELECT text FROM code WHERE id = drug) AS drug,
  (SELECT text FROM code WHERE id = admixture) AS admixture,
  (SELECT text FROM code WHERE id = status) AS status,
  fulfils,
  flow_ml_per_day,
  patient_bolus_mcg,
  patient_bolus_max_per_day,
  patient_bolus_lockout_min,
  clock_offset_min,
  date(alarm_on * 86400, 'unixepoch') AS alarm_on,
  (SELECT text FROM words WHERE id = reason) AS reason,
  (SELECT text FROM code WHERE id = ordered_by) AS ordered_by,
  (SELECT text FROM code WHERE id = programmed_by) AS programmed_by,
  (SELECT text FROM code WHERE id = timing) AS timing
FROM dose_change
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = dose_change.row);

CREATE TABLE pump (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  implanted_on INTEGER NOT NULL,
  model INTEGER REFERENCES code (id),
  reservoir_ml REAL CHECK (reservoir_ml BETWEEN 0 AND 1e+308),
  low_reservoir_alarm_ml REAL CHECK (low_reservoir_alarm_ml BETWEEN 0 AND 1e+308),
  clock_offset_min INTEGER CHECK (clock_offset_min BETWEEN -840 AND 840),
  eri_on INTEGER,
  serial INTEGER REFERENCES words (id)
) STRICT;

CREATE INDEX pump_patient ON pump (patient);

CREATE VIEW pump_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  date(implanted_on * 86400, 'unixepoch') AS implanted_on,
  (SELECT text FROM code WHERE id = model) AS model,
  reservoir_ml,
  low_reservoir_alarm_ml,
  clock_offset_min,
  date(eri_on * 86400, 'unixepoch') AS eri_on,
  (SELECT text FROM words WHERE id = serial) AS serial
FROM pump
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = pump.row);

CREATE TABLE catheter (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  implanted_on INTEGER NOT NULL,
  model INTEGER REFERENCES code (id),
  tip_level INTEGER REFERENCES code (id),
  length_cm REAL CHECK (length_cm BETWEEN 0 AND 1e+308),
  volume_ml REAL CHECK (volume_ml BETWEEN 0 AND 1e+308),
  note INTEGER REFERENCES words (id)
) STRICT;

CREATE INDEX catheter_patient ON catheter (patient);

CREATE VIEW catheter_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  date(implanted_on * 86400, 'unixepoch') AS implanted_on,
  (SELECT text FROM code WHERE id = model) AS model,
  (SELECT text FROM code WHERE id = tip_level) AS tip_level,
  length_cm,
  volume_ml,
  (SELECT text FROM words WHERE id = note) AS note
FROM catheter
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = catheter.row);

CREATE TABLE readout (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  read_at INTEGER,
  read_offset_min INTEGER,
  read_on INTEGER NOT NULL,
  dose_mcg_per_day REAL CHECK (dose_mcg_per_day BETWEEN 0 AND 1e+308),
  mode INTEGER REFERENCES code (id),
  concentration_mcg_per_ml REAL CHECK (concentration_mcg_per_ml BETWEEN 0 AND 1e+308),
  reservoir_ml REAL CHECK (reservoir_ml BETWEEN 0 AND 1e+308),
  alarm_on INTEGER,
  eri_on INTEGER,
  clock_offset_min INTEGER CHECK (clock_offset_min BETWEEN -840 AND 840),
  patient_boluses INTEGER CHECK (patient_boluses BETWEEN 0 AND 9007199254740992),
  patient_boluses_mcg REAL CHECK (patient_boluses_mcg BETWEEN 0 AND 1e+308),
  note INTEGER REFERENCES words (id)
) STRICT;

CREATE INDEX readout_patient ON readout (patient);

CREATE VIEW readout_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', read_at + read_offset_min * 60, 'unixepoch') || CASE WHEN read_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(read_offset_min) / 60, abs(read_offset_min) % 60) AS read_at,
  read_offset_min,
  date(read_on * 86400, 'unixepoch') AS read_on,
  dose_mcg_per_day,
  (SELECT text FROM code WHERE id = mode) AS mode,
  concentration_mcg_per_ml,
  reservoir_ml,
  date(alarm_on * 86400, 'unixepoch') AS alarm_on,
  date(eri_on * 86400, 'unixepoch') AS eri_on,
  clock_offset_min,
  patient_boluses,
  patient_boluses_mcg,
  (SELECT text FROM words WHERE id = note) AS note
FROM readout
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = readout.row);

CREATE TABLE refill (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  filled_at INTEGER,
  filled_offset_min INTEGER,
  filled_on INTEGER NOT NULL,
  drug INTEGER REFERENCES code (id),
  brand INTEGER REFERENCES code (id),
  concentration_mcg_per_ml REAL CHECK (concentration_mcg_per_ml BETWEEN 0 AND 1e+308),
  expected_ml REAL CHECK (expected_ml BETWEEN 0 AND 1e+308),
  withdrawn_ml REAL CHECK (withdrawn_ml BETWEEN 0 AND 1e+308),
  injected_ml REAL CHECK (injected_ml BETWEEN 0 AND 1e+308),
  alarm_ml REAL CHECK (alarm_ml BETWEEN 0 AND 1e+308),
  alarm_on INTEGER,
  next_booked_on INTEGER,
  use_by_on INTEGER,
  lot INTEGER REFERENCES words (id),
  note INTEGER REFERENCES words (id),
  timing INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX refill_patient ON refill (patient);

CREATE VIEW refill_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', filled_at + filled_offset_min * 60, 'unixepoch') || CASE WHEN filled_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(filled_offset_min) / 60, abs(filled_offset_min) % 60) AS filled_at,
  filled_offset_min,
  date(filled_on * 86400, 'unixepoch') AS filled_on,
  (SELECT text FROM code WHERE id = drug) AS drug,
  (SELECT text FROM code WHERE id = brand) AS brand,
  concentration_mcg_per_ml,
  expected_ml,
  withdrawn_ml,
  injected_ml,
  alarm_ml,
  date(alarm_on * 86400, 'unixepoch') AS alarm_on,
  date(next_booked_on * 86400, 'unixepoch') AS next_booked_on,
  date(use_by_on * 86400, 'unixepoch') AS use_by_on,
  (SELECT text FROM words WHERE id = lot) AS lot,
  (SELECT text FROM words WHERE id = note) AS note,
  (SELECT text FROM code WHERE id = timing) AS timing
FROM refill
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = refill.row);

CREATE TABLE finding_closed (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  rule INTEGER NOT NULL REFERENCES code (id),
  of_row INTEGER NOT NULL CHECK (of_row BETWEEN 1 AND 9007199254740992),
  closed_on INTEGER NOT NULL,
  reason INTEGER NOT NULL REFERENCES words (id),
  closed_by INTEGER REFERENCES code (id)
) STRICT;

CREATE INDEX finding_closed_patient ON finding_closed (patient);

CREATE VIEW finding_closed_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  (SELECT text FROM code WHERE id = rule) AS rule,
  of_row,
  date(closed_on * 86400, 'unixepoch') AS closed_on,
  (SELECT text FROM words WHERE id = reason) AS reason,
  (SELECT text FROM code WHERE id = closed_by) AS closed_by
FROM finding_closed
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = finding_closed.row);

CREATE TABLE goal (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  set_on INTEGER NOT NULL,
  words INTEGER NOT NULL REFERENCES words (id),
  domain INTEGER REFERENCES code (id),
  importance INTEGER CHECK (importance BETWEEN 0 AND 3),
  difficulty INTEGER CHECK (difficulty BETWEEN 0 AND 3),
  baseline INTEGER CHECK (baseline BETWEEN -2 AND 2),
  due_on INTEGER
) STRICT;

CREATE INDEX goal_patient ON goal (patient);

CREATE VIEW goal_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  date(set_on * 86400, 'unixepoch') AS set_on,
  (SELECT text FROM words WHERE id = words) AS words,
  (SELECT text FROM code WHERE id = domain) AS domain,
  importance,
  difficulty,
  baseline,
  date(due_on * 86400, 'unixepoch') AS due_on
FROM goal
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = goal.row);

CREATE TABLE goal_rating (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  goal INTEGER NOT NULL CHECK (goal BETWEEN 1 AND 9007199254740992),
  rated_on INTEGER NOT NULL,
  rating INTEGER NOT NULL CHECK (rating BETWEEN -2 AND 2),
  reporter INTEGER REFERENCES code (id)
) STRICT;

CREATE INDEX goal_rating_patient ON goal_rating (patient);

CREATE VIEW goal_rating_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  goal,
  date(rated_on * 86400, 'unixepoch') AS rated_on,
  rating,
  (SELECT text FROM code WHERE id = reporter) AS reporter
FROM goal_rating
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = goal_rating.row);

CREATE TABLE diary_schedule (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  scale INTEGER NOT NULL REFERENCES code (id),
  from_on INTEGER NOT NULL,
  until_on INTEGER,
  every_days INTEGER NOT NULL CHECK (every_days BETWEEN 1 AND 365),
  paused INTEGER NOT NULL REFERENCES code (id),
  reason INTEGER REFERENCES words (id)
) STRICT;

CREATE INDEX diary_schedule_patient ON diary_schedule (patient);

CREATE VIEW diary_schedule_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  (SELECT text FROM code WHERE id = scale) AS scale,
  date(from_on * 86400, 'unixepoch') AS from_on,
  date(until_on * 86400, 'unixepoch') AS until_on,
  every_days,
  (SELECT text FROM code WHERE id = paused) AS paused,
  (SELECT text FROM words WHERE id = reason) AS reason
FROM diary_schedule
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = diary_schedule.row);

CREATE TABLE statement (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  stated_at INTEGER,
  stated_offset_min INTEGER,
  stated_on INTEGER NOT NULL,
  document INTEGER NOT NULL REFERENCES code (id),
  fingerprint INTEGER REFERENCES code (id),
  meaning INTEGER NOT NULL REFERENCES code (id),
  stated_by INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX statement_patient ON statement (patient);

CREATE VIEW statement_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', stated_at + stated_offset_min * 60, 'unixepoch') || CASE WHEN stated_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(stated_offset_min) / 60, abs(stated_offset_min) % 60) AS stated_at,
  stated_offset_min,
  date(stated_on * 86400, 'unixepoch') AS stated_on,
  (SELECT text FROM code WHERE id = document) AS document,
  (SELECT text FROM code WHERE id = fingerprint) AS fingerprint,
  (SELECT text FROM code WHERE id = meaning) AS meaning,
  (SELECT text FROM code WHERE id = stated_by) AS stated_by
FROM statement
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = statement.row);

CREATE TABLE patient (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  birth_year INTEGER CHECK (birth_year BETWEEN 1900 AND 2199),
  sex INTEGER REFERENCES code (id)
) STRICT;

CREATE INDEX patient_patient ON patient (patient);

CREATE VIEW patient_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  birth_year,
  (SELECT text FROM code WHERE id = sex) AS sex
FROM patient
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = patient.row);

CREATE TABLE patient_state (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  noted_on INTEGER NOT NULL,
  diagnosis INTEGER REFERENCES code (id),
  origin INTEGER REFERENCES code (id),
  ambulation INTEGER REFERENCES code (id),
  following INTEGER REFERENCES code (id),
  note INTEGER REFERENCES words (id)
) STRICT;

CREATE INDEX patient_state_patient ON patient_state (patient);

CREATE VIEW patient_state_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  date(noted_on * 86400, 'unixepoch') AS noted_on,
  (SELECT text FROM code WHERE id = diagnosis) AS diagnosis,
  (SELECT text FROM code WHERE id = origin) AS origin,
  (SELECT text FROM code WHERE id = ambulation) AS ambulation,
  (SELECT text FROM code WHERE id = following) AS following,
  (SELECT text FROM words WHERE id = note) AS note
FROM patient_state
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = patient_state.row);

CREATE TABLE score (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  scale INTEGER NOT NULL REFERENCES code (id),
  observed_at INTEGER,
  observed_offset_min INTEGER,
  observed_on INTEGER NOT NULL,
  value REAL CHECK (value BETWEEN -1e+308 AND 1e+308),
  grade INTEGER REFERENCES code (id),
  as_stated INTEGER REFERENCES code (id),
  not_assessed INTEGER REFERENCES code (id),
  version INTEGER REFERENCES code (id),
  body_part INTEGER REFERENCES code (id),
  side INTEGER REFERENCES code (id),
  position INTEGER REFERENCES code (id),
  reporter INTEGER REFERENCES code (id),
  collected INTEGER REFERENCES code (id),
  since_oral_dose_h REAL CHECK (since_oral_dose_h BETWEEN 0 AND 1e+308),
  timing INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX score_chart ON score (patient, scale, observed_on, observed_at, observed_offset_min, value, grade, as_stated, not_assessed, version, body_part, side, position, reporter, collected, since_oral_dose_h, timing, entry);

CREATE VIEW score_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  (SELECT text FROM code WHERE id = scale) AS scale,
  strftime('%Y-%m-%dT%H:%M:%S', observed_at + observed_offset_min * 60, 'unixepoch') || CASE WHEN observed_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(observed_offset_min) / 60, abs(observed_offset_min) % 60) AS observed_at,
  observed_offset_min,
  date(observed_on * 86400, 'unixepoch') AS observed_on,
  value,
  (SELECT text FROM code WHERE id = grade) AS grade,
  (SELECT text FROM code WHERE id = as_stated) AS as_stated,
  (SELECT text FROM code WHERE id = not_assessed) AS not_assessed,
  (SELECT text FROM code WHERE id = version) AS version,
  (SELECT text FROM code WHERE id = body_part) AS body_part,
  (SELECT text FROM code WHERE id = side) AS side,
  (SELECT text FROM code WHERE id = position) AS position,
  (SELECT text FROM code WHERE id = reporter) AS reporter,
  (SELECT text FROM code WHERE id = collected) AS collected,
  since_oral_dose_h,
  (SELECT text FROM code WHERE id = timing) AS timing
FROM score
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = score.row);

CREATE TABLE side_effect (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  observed_at INTEGER,
  observed_offset_min INTEGER,
  observed_on INTEGER NOT NULL,
  effect INTEGER NOT NULL REFERENCES code (id),
  severity INTEGER NOT NULL REFERENCES code (id),
  reporter INTEGER REFERENCES code (id),
  note INTEGER REFERENCES words (id)
) STRICT;

CREATE INDEX side_effect_patient ON side_effect (patient);

CREATE VIEW side_effect_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', observed_at + observed_offset_min * 60, 'unixepoch') || CASE WHEN observed_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(observed_offset_min) / 60, abs(observed_offset_min) % 60) AS observed_at,
  observed_offset_min,
  date(observed_on * 86400, 'unixepoch') AS observed_on,
  (SELECT text FROM code WHERE id = effect) AS effect,
  (SELECT text FROM code WHERE id = severity) AS severity,
  (SELECT text FROM code WHERE id = reporter) AS reporter,
  (SELECT text FROM words WHERE id = note) AS note
FROM side_effect
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = side_effect.row);

CREATE TABLE event (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  started_at INTEGER,
  started_offset_min INTEGER,
  started_on INTEGER NOT NULL,
  ended_on INTEGER,
  event INTEGER NOT NULL REFERENCES code (id),
  subtype INTEGER REFERENCES code (id),
  severity INTEGER REFERENCES code (id),
  relatedness INTEGER REFERENCES code (id),
  action INTEGER REFERENCES words (id),
  words INTEGER REFERENCES words (id),
  outcome INTEGER REFERENCES words (id),
  timing INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX event_patient ON event (patient);

CREATE VIEW event_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', started_at + started_offset_min * 60, 'unixepoch') || CASE WHEN started_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(started_offset_min) / 60, abs(started_offset_min) % 60) AS started_at,
  started_offset_min,
  date(started_on * 86400, 'unixepoch') AS started_on,
  date(ended_on * 86400, 'unixepoch') AS ended_on,
  (SELECT text FROM code WHERE id = event) AS event,
  (SELECT text FROM code WHERE id = subtype) AS subtype,
  (SELECT text FROM code WHERE id = severity) AS severity,
  (SELECT text FROM code WHERE id = relatedness) AS relatedness,
  (SELECT text FROM words WHERE id = action) AS action,
  (SELECT text FROM words WHERE id = words) AS words,
  (SELECT text FROM words WHERE id = outcome) AS outcome,
  (SELECT text FROM code WHERE id = timing) AS timing
FROM event
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = event.row);

CREATE TABLE visit (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  visited_at INTEGER,
  visited_offset_min INTEGER,
  visited_on INTEGER NOT NULL,
  visit INTEGER NOT NULL REFERENCES code (id),
  seen_by INTEGER REFERENCES code (id)
) STRICT;

CREATE INDEX visit_patient ON visit (patient);

CREATE VIEW visit_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', visited_at + visited_offset_min * 60, 'unixepoch') || CASE WHEN visited_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(visited_offset_min) / 60, abs(visited_offset_min) % 60) AS visited_at,
  visited_offset_min,
  date(visited_on * 86400, 'unixepoch') AS visited_on,
  (SELECT text FROM code WHERE id = visit) AS visit,
  (SELECT text FROM code WHERE id = seen_by) AS seen_by
FROM visit
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = visit.row);

CREATE TABLE note (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  noted_at INTEGER,
  noted_offset_min INTEGER,
  noted_on INTEGER NOT NULL,
  words INTEGER NOT NULL REFERENCES words (id)
) STRICT;

CREATE INDEX note_patient ON note (patient);

CREATE VIEW note_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', noted_at + noted_offset_min * 60, 'unixepoch') || CASE WHEN noted_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(noted_offset_min) / 60, abs(noted_offset_min) % 60) AS noted_at,
  noted_offset_min,
  date(noted_on * 86400, 'unixepoch') AS noted_on,
  (SELECT text FROM words WHERE id = words) AS words
FROM note
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = note.row);

CREATE TABLE bolus (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  given_at INTEGER,
  given_offset_min INTEGER,
  given_on INTEGER NOT NULL,
  bolus INTEGER NOT NULL REFERENCES code (id),
  dose_mcg REAL CHECK (dose_mcg BETWEEN 0 AND 1e+308),
  volume_ml REAL CHECK (volume_ml BETWEEN 0 AND 1e+308),
  duration_min REAL CHECK (duration_min BETWEEN 0 AND 1e+308),
  route INTEGER REFERENCES code (id),
  old_concentration_mcg_per_ml REAL CHECK (old_concentration_mcg_per_ml BETWEEN 0 AND 1e+308),
  new_concentration_mcg_per_ml REAL CHECK (new_concentration_mcg_per_ml BETWEEN 0 AND 1e+308),
  bridge_dose_mcg_per_day REAL CHECK (bridge_dose_mcg_per_day BETWEEN 0 AND 1e+308),
  reason INTEGER REFERENCES words (id),
  timing INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX bolus_patient ON bolus (patient);

CREATE VIEW bolus_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', given_at + given_offset_min * 60, 'unixepoch') || CASE WHEN given_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(given_offset_min) / 60, abs(given_offset_min) % 60) AS given_at,
  given_offset_min,
  date(given_on * 86400, 'unixepoch') AS given_on,
  (SELECT text FROM code WHERE id = bolus) AS bolus,
  dose_mcg,
  volume_ml,
  duration_min,
  (SELECT text FROM code WHERE id = route) AS route,
  old_concentration_mcg_per_ml,
  new_concentration_mcg_per_ml,
  bridge_dose_mcg_per_day,
  (SELECT text FROM words WHERE id = reason) AS reason,
  (SELECT text FROM code WHERE id = timing) AS timing
FROM bolus
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = bolus.row);

CREATE TABLE oral_dose (
  row INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED,
  patient INTEGER NOT NULL REFERENCES code (id),
  started_at INTEGER,
  started_offset_min INTEGER,
  started_on INTEGER NOT NULL,
  drug INTEGER NOT NULL REFERENCES code (id),
  dose_mg_per_day REAL NOT NULL CHECK (dose_mg_per_day BETWEEN 0 AND 1e+308),
  note INTEGER REFERENCES words (id),
  timing INTEGER NOT NULL REFERENCES code (id)
) STRICT;

CREATE INDEX oral_dose_patient ON oral_dose (patient);

CREATE VIEW oral_dose_current AS
SELECT
  row,
  entry,
  (SELECT text FROM code WHERE id = patient) AS patient,
  strftime('%Y-%m-%dT%H:%M:%S', started_at + started_offset_min * 60, 'unixepoch') || CASE WHEN started_offset_min < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(started_offset_min) / 60, abs(started_offset_min) % 60) AS started_at,
  started_offset_min,
  date(started_on * 86400, 'unixepoch') AS started_on,
  (SELECT text FROM code WHERE id = drug) AS drug,
  dose_mg_per_day,
  (SELECT text FROM words WHERE id = note) AS note,
  (SELECT text FROM code WHERE id = timing) AS timing
FROM oral_dose
WHERE NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.row = oral_dose.row);

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE entry IS NEW.entry OR (seal IS NEW.seal)) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER block_no_update BEFORE UPDATE ON block BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER block_no_delete BEFORE DELETE ON block BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER block_no_replace BEFORE INSERT ON block WHEN EXISTS (SELECT 1 FROM block WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER property_no_update BEFORE UPDATE ON property BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER property_no_delete BEFORE DELETE ON property BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER property_no_replace BEFORE INSERT ON property WHEN EXISTS (SELECT 1 FROM property WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER code_no_update BEFORE UPDATE ON code BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER code_no_delete BEFORE DELETE ON code BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER code_no_replace BEFORE INSERT ON code WHEN EXISTS (SELECT 1 FROM code WHERE id IS NEW.id OR (text IS NEW.text)) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER words_no_update BEFORE UPDATE ON words WHEN NOT (NEW.id IS OLD.id AND NEW.entry IS OLD.entry AND NEW.digest IS OLD.digest AND NEW.text IS NULL AND NEW.salt IS NULL AND EXISTS (SELECT 1 FROM redaction WHERE redaction.words = OLD.id)) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER words_no_delete BEFORE DELETE ON words BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER words_no_replace BEFORE INSERT ON words WHEN EXISTS (SELECT 1 FROM words WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER scale_no_update BEFORE UPDATE ON scale BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER scale_no_delete BEFORE DELETE ON scale BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER scale_no_replace BEFORE INSERT ON scale WHEN EXISTS (SELECT 1 FROM scale WHERE id IS NEW.id OR (code IS NEW.code AND version IS NEW.version)) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER amendment_no_update BEFORE UPDATE ON amendment BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER amendment_no_delete BEFORE DELETE ON amendment BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER amendment_no_replace BEFORE INSERT ON amendment WHEN EXISTS (SELECT 1 FROM amendment WHERE id IS NEW.id OR (row IS NEW.row)) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER redaction_no_update BEFORE UPDATE ON redaction BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER redaction_no_delete BEFORE DELETE ON redaction BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER redaction_no_replace BEFORE INSERT ON redaction WHEN EXISTS (SELECT 1 FROM redaction WHERE id IS NEW.id OR (words IS NEW.words)) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER answer_no_replace BEFORE INSERT ON answer WHEN EXISTS (SELECT 1 FROM answer WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER dose_step_no_update BEFORE UPDATE ON dose_step BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER dose_step_no_delete BEFORE DELETE ON dose_step BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER dose_step_no_replace BEFORE INSERT ON dose_step WHEN EXISTS (SELECT 1 FROM dose_step WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER timed_bolus_no_update BEFORE UPDATE ON timed_bolus BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER timed_bolus_no_delete BEFORE DELETE ON timed_bolus BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER timed_bolus_no_replace BEFORE INSERT ON timed_bolus WHEN EXISTS (SELECT 1 FROM timed_bolus WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER dose_change_no_update BEFORE UPDATE ON dose_change BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER dose_change_no_delete BEFORE DELETE ON dose_change BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER dose_change_no_replace BEFORE INSERT ON dose_change WHEN EXISTS (SELECT 1 FROM dose_change WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER pump_no_update BEFORE UPDATE ON pump BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER pump_no_delete BEFORE DELETE ON pump BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER pump_no_replace BEFORE INSERT ON pump WHEN EXISTS (SELECT 1 FROM pump WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER catheter_no_update BEFORE UPDATE ON catheter BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER catheter_no_delete BEFORE DELETE ON catheter BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER catheter_no_replace BEFORE INSERT ON catheter WHEN EXISTS (SELECT 1 FROM catheter WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER readout_no_update BEFORE UPDATE ON readout BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER readout_no_delete BEFORE DELETE ON readout BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER readout_no_replace BEFORE INSERT ON readout WHEN EXISTS (SELECT 1 FROM readout WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER refill_no_update BEFORE UPDATE ON refill BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER refill_no_delete BEFORE DELETE ON refill BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER refill_no_replace BEFORE INSERT ON refill WHEN EXISTS (SELECT 1 FROM refill WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER finding_closed_no_update BEFORE UPDATE ON finding_closed BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER finding_closed_no_delete BEFORE DELETE ON finding_closed BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER finding_closed_no_replace BEFORE INSERT ON finding_closed WHEN EXISTS (SELECT 1 FROM finding_closed WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER goal_no_update BEFORE UPDATE ON goal BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER goal_no_delete BEFORE DELETE ON goal BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER goal_no_replace BEFORE INSERT ON goal WHEN EXISTS (SELECT 1 FROM goal WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER goal_rating_no_update BEFORE UPDATE ON goal_rating BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER goal_rating_no_delete BEFORE DELETE ON goal_rating BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER goal_rating_no_replace BEFORE INSERT ON goal_rating WHEN EXISTS (SELECT 1 FROM goal_rating WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER diary_schedule_no_update BEFORE UPDATE ON diary_schedule BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER diary_schedule_no_delete BEFORE DELETE ON diary_schedule BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER diary_schedule_no_replace BEFORE INSERT ON diary_schedule WHEN EXISTS (SELECT 1 FROM diary_schedule WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER statement_no_replace BEFORE INSERT ON statement WHEN EXISTS (SELECT 1 FROM statement WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER patient_no_update BEFORE UPDATE ON patient BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER patient_no_delete BEFORE DELETE ON patient BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER patient_no_replace BEFORE INSERT ON patient WHEN EXISTS (SELECT 1 FROM patient WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER patient_state_no_update BEFORE UPDATE ON patient_state BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER patient_state_no_delete BEFORE DELETE ON patient_state BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER patient_state_no_replace BEFORE INSERT ON patient_state WHEN EXISTS (SELECT 1 FROM patient_state WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER score_no_update BEFORE UPDATE ON score BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER score_no_delete BEFORE DELETE ON score BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER score_no_replace BEFORE INSERT ON score WHEN EXISTS (SELECT 1 FROM score WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER side_effect_no_update BEFORE UPDATE ON side_effect BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER side_effect_no_delete BEFORE DELETE ON side_effect BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER side_effect_no_replace BEFORE INSERT ON side_effect WHEN EXISTS (SELECT 1 FROM side_effect WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER visit_no_update BEFORE UPDATE ON visit BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER visit_no_replace BEFORE INSERT ON visit WHEN EXISTS (SELECT 1 FROM visit WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER note_no_update BEFORE UPDATE ON note BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER note_no_delete BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER note_no_replace BEFORE INSERT ON note WHEN EXISTS (SELECT 1 FROM note WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER bolus_no_update BEFORE UPDATE ON bolus BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER bolus_no_delete BEFORE DELETE ON bolus BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER bolus_no_replace BEFORE INSERT ON bolus WHEN EXISTS (SELECT 1 FROM bolus WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER oral_dose_no_update BEFORE UPDATE ON oral_dose BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER oral_dose_no_delete BEFORE DELETE ON oral_dose BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;

CREATE TRIGGER oral_dose_no_replace BEFORE INSERT ON oral_dose WHEN EXISTS (SELECT 1 FROM oral_dose WHERE row IS NEW.row) BEGIN SELECT RAISE(ABORT, 'rows of a log are only ever added'); END;
