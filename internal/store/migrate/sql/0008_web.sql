-- Who works with the system in a browser. Passwords, tokens and recovery codes are kept as hashes only.

CREATE TABLE operator (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,      -- the name in lower case
  role TEXT NOT NULL,                 -- viewer, clerk, administrator
  active BOOLEAN NOT NULL,
  password_hash TEXT NOT NULL,        -- argon2id
  totp_sealed BLOB,                   -- the key of the second factor, or null
  totp_step BIGINT NOT NULL,          -- the last time step whose code was used; none is taken twice
  recovery TEXT NOT NULL,             -- JSON array: hashes of the recovery codes that are left
  created_at BIGINT NOT NULL
);

-- A link that lets somebody in without a password, once: to make the first operator.
CREATE TABLE operator_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
)/*clustered*/;

CREATE TABLE web_session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  operator_id BIGINT NOT NULL,        -- 0: nobody has signed in
  data BLOB NOT NULL,
  expires_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,            -- rounded: not written with each request
  address TEXT NOT NULL,
  agent TEXT NOT NULL
)/*clustered*/;
CREATE INDEX web_session_operator ON web_session (operator_id);
CREATE INDEX web_session_expires ON web_session (expires_at);

-- How often something was tried of late: the instant at which nothing is left of the tries (see domain/operator).
CREATE TABLE throttle (
  name TEXT NOT NULL PRIMARY KEY,
  clear_at BIGINT NOT NULL
)/*clustered*/;

-- Forms that were sent: the second sending of the same form gets the result of the first.
CREATE TABLE form_key (
  form_key TEXT NOT NULL PRIMARY KEY,
  operator_id BIGINT NOT NULL,
  location TEXT NOT NULL,             -- the page that the first sending led to, '' while it is being saved
  sent_at BIGINT NOT NULL
)/*clustered*/;
CREATE INDEX form_key_sent ON form_key (sent_at);

-- The words of a customer's company, contact, addresses and phone number, in lower case, for searches by beginnings.
CREATE TABLE customer_word (
  word TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  PRIMARY KEY (word, customer_id)
)/*clustered*/;
CREATE INDEX customer_word_customer ON customer_word (customer_id);

CREATE INDEX customer_by_start ON customer (start_day, id);
CREATE INDEX customer_by_end ON customer (end_day, id);
CREATE INDEX customer_by_type ON customer (type, company);
CREATE INDEX customer_by_active ON customer (active, company);
CREATE INDEX customer_by_payment ON customer (payment_method, company);

-- Who is on a plan or has a charge.
CREATE INDEX plan_assignment_plan ON plan_assignment (plan_id, customer_id);
CREATE INDEX charge_assignment_charge ON charge_assignment (charge_id, customer_id);
