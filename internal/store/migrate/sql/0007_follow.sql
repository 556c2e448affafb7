-- Logs of a server that lie on the billing machine, to be followed there.
CREATE TABLE log_feed (
  server_id BIGINT NOT NULL REFERENCES server (id),
  path TEXT NOT NULL,
  format TEXT NOT NULL,
  rotated TEXT NOT NULL,              -- pattern of the names of rotated files; '' the usual ones, 'none' none
  PRIMARY KEY (server_id, path)
)/*clustered*/;

-- How the following of a log goes, as the machine that does it said last.
CREATE TABLE log_feed_state (
  server_id BIGINT NOT NULL REFERENCES server (id),
  machine TEXT NOT NULL,
  path TEXT NOT NULL,
  format TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  grown_at BIGINT NOT NULL,           -- 0: not known
  size BIGINT NOT NULL,               -- bytes of the present file
  read_offset BIGINT NOT NULL,        -- bytes of it that were read
  problem TEXT NOT NULL,              -- what is wrong at present, or ''
  alert TEXT NOT NULL,                -- what was last odd, or ''
  alert_at BIGINT NOT NULL,           -- 0 without one
  PRIMARY KEY (server_id, machine, path)
)/*clustered*/;
