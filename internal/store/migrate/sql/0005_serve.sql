-- The long-running process: who may use the API, what is to be done in the background, and when.

-- Tokens of the API. The secret is 256 random bits; only its SHA-256 is kept. See domain/apitoken.
CREATE TABLE api_token (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,               -- JSON array
  server_id BIGINT REFERENCES server (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,         -- 0: never
  revoked_at BIGINT NOT NULL,         -- 0: not
  used_at BIGINT NOT NULL             -- to a minute; 0: never
);
CREATE UNIQUE INDEX api_token_name ON api_token (name) WHERE revoked_at = 0;

-- Work in the background. A row is its own history: who asked for it, when it ran, what came of it.
CREATE TABLE job (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  unique_key TEXT NOT NULL,           -- of the unfinished jobs of a kind only one has it; '': any number
  payload TEXT NOT NULL,              -- JSON, what is to be done
  state TEXT NOT NULL,                -- queued, running, paused, done, failed, cancelled
  asked TEXT NOT NULL,                -- of one that runs: '', pause, cancel
  node TEXT NOT NULL,                 -- the presence that runs it, or ''
  run_at BIGINT NOT NULL,             -- not before
  attempts BIGINT NOT NULL,           -- begun
  max_attempts BIGINT NOT NULL,
  error TEXT NOT NULL,                -- of the last attempt that failed
  done BIGINT NOT NULL,               -- progress: so much
  total BIGINT NOT NULL,              -- of so much; 0: not known
  doing TEXT NOT NULL,
  result TEXT NOT NULL,               -- JSON, or ''
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,         -- the last attempt; 0: none
  finished_at BIGINT NOT NULL         -- 0: not
);
CREATE UNIQUE INDEX job_key ON job (kind, unique_key) WHERE unique_key <> '' AND finished_at = 0;
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'queued';
CREATE INDEX job_node ON job (node) WHERE node <> '';
CREATE INDEX job_finished ON job (finished_at, id) WHERE finished_at > 0;

-- What is done again and again. Whoever moves next_at on enqueues the job, in the same transaction.
CREATE TABLE schedule (
  name TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,              -- JSON
  every_seconds BIGINT NOT NULL,      -- 0: daily
  daily_minute BIGINT NOT NULL,       -- minute of the day in the billing time zone, of a daily one
  enabled BOOLEAN NOT NULL,
  next_at BIGINT NOT NULL
)/*clustered*/;

-- Certificates of a public name, and the account at their authority, for every node. Sealed with the key of the secrets.
CREATE TABLE certificate_cache (
  name TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL,
  changed_at BIGINT NOT NULL
)/*clustered*/;
