-- Lists are found by the beginnings of their names and sites when they are assigned.
CREATE INDEX list_name_by_name ON list_name (name, list_id);
CREATE INDEX list_name_by_site ON list_name (site, list_id);

-- The last validation of all customers. The newest one is shown, older ones are removed.
CREATE TABLE validation (
  id BIGINT PRIMARY KEY,              -- of the job that made it
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  errors BIGINT NOT NULL,
  warnings BIGINT NOT NULL,
  kept BIGINT NOT NULL                -- of the findings: the first ones, by company
);

CREATE TABLE validation_finding (
  validation_id BIGINT NOT NULL,
  position BIGINT NOT NULL,           -- from 1, by company
  customer_id BIGINT NOT NULL,
  company TEXT NOT NULL,
  severity TEXT NOT NULL,             -- error, warning
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (validation_id, position)
)/*clustered*/;
CREATE INDEX validation_finding_code ON validation_finding (validation_id, code, position);
CREATE INDEX validation_finding_severity ON validation_finding (validation_id, severity, position);
CREATE INDEX validation_finding_customer ON validation_finding (customer_id);
