-- What one message of a server that does not say has, in bytes: for counters of mails without sizes.
ALTER TABLE server ADD COLUMN average_bytes BIGINT NOT NULL DEFAULT 51200;

-- What was last learned of a server. Without a row: nothing yet.
CREATE TABLE server_state (
  server_id BIGINT PRIMARY KEY REFERENCES server (id),
  tried_at BIGINT NOT NULL,           -- of the last sync, however it ended; 0 without one
  failure TEXT NOT NULL,              -- why the last sync changed nothing; '' if it did not fail
  doubted BOOLEAN NOT NULL,           -- it failed since the answer was not believed
  sync TEXT NOT NULL,                 -- JSON: the last sync that succeeded; '' without one
  validated_at BIGINT NOT NULL,       -- 0: never
  validation TEXT NOT NULL            -- JSON: the last report; '' without one
);

-- The sites that a server said it has, and the first and last day of a sync that found them.
CREATE TABLE site (
  server_id BIGINT NOT NULL REFERENCES server (id),
  name TEXT NOT NULL,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  PRIMARY KEY (server_id, name)
)/*clustered*/;

-- Lists that a sync found.
CREATE TABLE list_sync (
  list_id BIGINT NOT NULL,
  found_at BIGINT NOT NULL,           -- by the first sync that did
  missing_day BIGINT,                 -- since when syncs do not find it any more; null while they do
  PRIMARY KEY (list_id)
)/*clustered*/;

-- Who runs a list, as of the last sync of its server.
CREATE TABLE list_administrator (
  list_id BIGINT NOT NULL,
  role TEXT NOT NULL,                 -- owner, moderator
  folded TEXT NOT NULL,               -- the address in small letters
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (list_id, role, folded)
)/*clustered*/;
CREATE INDEX list_administrator_address ON list_administrator (folded, list_id);

-- A server's own count of the posts of a list, as syncs of a month read it. It is compared with what was metered, and
-- never billed.
CREATE TABLE post_reading (
  list_id BIGINT NOT NULL,
  month BIGINT NOT NULL,              -- yyyymm
  first_at BIGINT NOT NULL,
  first_posts BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  last_posts BIGINT NOT NULL,
  PRIMARY KEY (list_id, month)
)/*clustered*/;
