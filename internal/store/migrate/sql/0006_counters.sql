-- What a server's own counter showed at its last believed reading, of a list's or a campaign's deliveries: what it shows
-- more at the next reading is usage. The growths are records of the counter's own generation, by their number.
CREATE TABLE usage_counter (
  server_id BIGINT NOT NULL REFERENCES server (id),
  kind TEXT NOT NULL,                 -- whose counter: sympa-stats, listmonk
  name TEXT NOT NULL,                 -- of what, within its kind
  messages BIGINT NOT NULL,
  recipients BIGINT NOT NULL,
  bytes BIGINT NOT NULL,              -- of one copy of each message
  recipient_bytes BIGINT NOT NULL,
  generation_id BIGINT NOT NULL REFERENCES generation (id),
  next_position BIGINT NOT NULL,      -- of the next record in that generation
  counted_until BIGINT NOT NULL,      -- instant of the last believed reading, UTC microseconds
  alert TEXT NOT NULL,                -- not '': it went back, and nothing is counted until an operator says how to go on
  PRIMARY KEY (server_id, kind, name)
)/*clustered*/;
