-- When counters that a server keeps itself were read: what they grew by between two readings is compared with what the log
-- of a mail server shows for the same time, where that log bills.
CREATE TABLE counter_reading (
  server_id BIGINT NOT NULL REFERENCES server (id),
  kind TEXT NOT NULL,                 -- whose counter: sympa-stats, listmonk
  name TEXT NOT NULL,                 -- of what, within its kind; '' where one reading takes in all
  month BIGINT NOT NULL,              -- yyyymm
  first_at BIGINT NOT NULL,           -- of the month, UTC microseconds
  last_at BIGINT NOT NULL,
  PRIMARY KEY (server_id, kind, name, month)
)/*clustered*/;
