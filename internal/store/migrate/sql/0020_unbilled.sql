-- The last report of what no bill covers. The newest one is shown, older ones are removed.
CREATE TABLE unbilled (
  id BIGINT PRIMARY KEY,              -- of the job that made it
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  currency TEXT NOT NULL,
  sums TEXT NOT NULL                  -- JSON: what all rows come to, and what was sent by day
);

CREATE TABLE unbilled_row (
  unbilled_id BIGINT NOT NULL,
  kind TEXT NOT NULL,                 -- usage, days, correction
  position BIGINT NOT NULL,           -- from 1, by customer, list and day
  reason TEXT NOT NULL,               -- of usage: why nobody pays for it
  customer_id BIGINT NOT NULL,        -- 0: nobody's
  company TEXT NOT NULL,
  server_id BIGINT NOT NULL,          -- of usage
  place TEXT NOT NULL,                -- of usage: server/site/list, or what a log names
  folded TEXT NOT NULL,               -- company and place in small letters, for searches
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  size BIGINT NOT NULL,               -- recipients of usage, how many days, or an amount in minor units
  by_day TEXT NOT NULL,               -- JSON: of usage, [day, messages, recipients]
  PRIMARY KEY (unbilled_id, kind, position)
)/*clustered*/;
CREATE INDEX unbilled_row_size ON unbilled_row (unbilled_id, kind, size, position);
CREATE INDEX unbilled_row_end ON unbilled_row (unbilled_id, kind, end_day, position);
