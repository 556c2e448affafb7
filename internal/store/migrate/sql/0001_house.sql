-- One text for both engines; migrate.go says which words differ.
-- Civil dates are day numbers since 1970-01-01 (columns *_day); an open start is -719162 (0001-01-01), an
-- open end is 2932896 (9999-12-31). Months are yyyymm. Instants are UTC microseconds (columns *_at).
-- Money is minor units with the currency beside it; unit prices and quantities are exact decimal text.

-- Numbers given out as row ids, one row a kind. Gaps are allowed here, never in invoice numbers.
CREATE TABLE id_counter (
  kind TEXT NOT NULL PRIMARY KEY,
  next_id BIGINT NOT NULL
)/*clustered*/;

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
)/*clustered*/;

-- A counter for each thing whose change changes bills: 'settings', 'catalog', 'usage'. Customers carry their own.
CREATE TABLE revision (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
)/*clustered*/;
INSERT INTO revision (name, value) VALUES ('settings', 0), ('catalog', 0), ('usage', 0);

-- Who changed what, from what to what. Written by one mechanism in the transaction of the change; never edited.
-- customer_id is 0 for what belongs to no customer.
CREATE TABLE history (
  customer_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  happened_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id BIGINT NOT NULL,
  action TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
)/*clustered*/;

-- Invoice and credit note numbers: one locked row a series, or a series and year ("invoice/2026").
CREATE TABLE number_series (
  name TEXT NOT NULL PRIMARY KEY,
  next_number BIGINT NOT NULL
)/*clustered*/;

-- Hosting ------------------------------------------------------------------

CREATE TABLE server (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  username TEXT NOT NULL,
  secret_sealed BLOB,
  time_zone TEXT NOT NULL,
  comments TEXT NOT NULL,
  billed_source TEXT NOT NULL,        -- which size bills: 'listserver' or 'mailserver'
  service_senders TEXT NOT NULL,      -- JSON array of sender patterns that are counted and not charged
  synced_at BIGINT,
  revision BIGINT NOT NULL
);

-- A list is its id. What it is called, and where, is dated in list_name.
CREATE TABLE list (
  id BIGINT PRIMARY KEY,
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  gone_day BIGINT                     -- the day on which its server no longer had it
);

CREATE TABLE list_name (
  list_id BIGINT NOT NULL REFERENCES list (id),
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  server_id BIGINT NOT NULL REFERENCES server (id),
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  remote_id TEXT NOT NULL,            -- the server's own id for it (Mailman list_id, listmonk uuid), or ''
  PRIMARY KEY (list_id, first_day)
)/*clustered*/;
CREATE UNIQUE INDEX list_name_place ON list_name (server_id, site, name, first_day);

-- Catalogue ----------------------------------------------------------------

CREATE TABLE plan (
  id BIGINT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,          -- the id that files and lines use
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  limits TEXT NOT NULL                -- JSON: members, members_per_list, lists, lists_per_site, sites; 0 is unlimited
);
CREATE TABLE plan_version (
  id BIGINT PRIMARY KEY,
  plan_id BIGINT NOT NULL REFERENCES plan (id),
  first_day BIGINT NOT NULL,
  definition TEXT NOT NULL,           -- JSON, the canonical plan of a scenario: prices, components, tiers
  UNIQUE (plan_id, first_day)
);
CREATE TABLE charge (
  id BIGINT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL
);
CREATE TABLE charge_version (
  id BIGINT PRIMARY KEY,
  charge_id BIGINT NOT NULL REFERENCES charge (id),
  first_day BIGINT NOT NULL,
  definition TEXT NOT NULL,           -- JSON: amount, recurring, proratable
  UNIQUE (charge_id, first_day)
);

-- Contracts, customer first --------------------------------------------------

CREATE TABLE customer (
  id BIGINT PRIMARY KEY,
  company TEXT NOT NULL UNIQUE,
  contact TEXT NOT NULL,
  email TEXT NOT NULL,
  additional_addresses TEXT NOT NULL, -- JSON array
  phone TEXT NOT NULL,
  type TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  payment_method TEXT NOT NULL,       -- free, invoice, credit_card
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  salespeople TEXT NOT NULL,          -- JSON array
  note TEXT NOT NULL,
  invoice_template TEXT NOT NULL,
  web_template TEXT NOT NULL,
  card_type TEXT NOT NULL,
  card_last4 TEXT NOT NULL,
  card_expiration BIGINT NOT NULL,    -- yyyymm, 0 without a card
  house BOOLEAN NOT NULL,
  information TEXT NOT NULL,          -- JSON object of named fields, in order
  revision BIGINT NOT NULL,           -- grows with each change to the customer, its groups and assignments, and its money
  contract_revision BIGINT NOT NULL DEFAULT 0, -- the revision of the last change that was not about money
  created_at BIGINT NOT NULL
);

CREATE TABLE billing_group (
  customer_id BIGINT NOT NULL REFERENCES customer (id),
  id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (customer_id, id),
  UNIQUE (customer_id, name)
)/*clustered*/;

CREATE TABLE plan_assignment (
  customer_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  group_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  plan_id BIGINT NOT NULL REFERENCES plan (id),
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  description TEXT NOT NULL,
  PRIMARY KEY (customer_id, id),
  FOREIGN KEY (customer_id, group_id) REFERENCES billing_group (customer_id, id)
)/*clustered*/;

CREATE TABLE charge_assignment (
  customer_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  group_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  charge_id BIGINT NOT NULL REFERENCES charge (id),
  amount TEXT NOT NULL,               -- exact decimal; '' is the charge's own
  quantity TEXT NOT NULL,             -- exact decimal
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  description TEXT NOT NULL,
  billed BOOLEAN NOT NULL,            -- said to be billed when it was entered; bills of our own are found in bill_line
  PRIMARY KEY (customer_id, id),
  FOREIGN KEY (customer_id, group_id) REFERENCES billing_group (customer_id, id)
)/*clustered*/;

-- A list (list_id > 0), a site (site <> ''), or a whole server given to a group.
CREATE TABLE object_assignment (
  customer_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  group_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  server_id BIGINT NOT NULL,          -- of a list: the server it was assigned on; list_id decides
  site TEXT NOT NULL,
  list_id BIGINT NOT NULL,            -- 0: not a list
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  free BOOLEAN NOT NULL,
  description TEXT NOT NULL,
  PRIMARY KEY (customer_id, id),
  FOREIGN KEY (customer_id, group_id) REFERENCES billing_group (customer_id, id)
)/*clustered*/;
CREATE INDEX object_assignment_list ON object_assignment (list_id);
CREATE INDEX object_assignment_place ON object_assignment (server_id, site);

-- Days of a customer that the operator decided never to bill.
CREATE TABLE waiver (
  customer_id BIGINT NOT NULL REFERENCES customer (id),
  id BIGINT NOT NULL,
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
)/*clustered*/;

-- Usage, list first ------------------------------------------------------------

-- A log as its content: the hash of its first complete line, and what was read of it. A file of reported records
-- is a generation of its own each time it brings something: there the ids of the records tell what is known.
CREATE TABLE generation (
  id BIGINT PRIMARY KEY,
  server_id BIGINT REFERENCES server (id), -- null: lines of reports that name no known server
  format TEXT NOT NULL,
  head_hash BLOB NOT NULL,
  read_offset BIGINT NOT NULL,        -- bytes read and committed
  prefix_hash BLOB NOT NULL,          -- of the bytes before read_offset
  state BLOB NOT NULL,                -- what spans lines, as the format's reader wrote it
  first_at BIGINT NOT NULL,           -- earliest and latest instant of a record kept from it; 0 without one
  last_at BIGINT NOT NULL,
  records BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  already_known BIGINT NOT NULL,
  unknown_list BIGINT NOT NULL,
  unparsed BIGINT NOT NULL,
  alert TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  UNIQUE (server_id, format, head_hash)
);

-- One row a delivery that a log showed (or a record that was reported): the key is the position.
-- No foreign key to list: the writer looked the list up in the same transaction, and lists are never deleted.
CREATE TABLE usage_record (
  list_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  generation_id BIGINT NOT NULL,
  position BIGINT NOT NULL,           -- byte offset of the line in its generation
  source TEXT NOT NULL,               -- listserver, mailserver, reported
  charged BOOLEAN NOT NULL,           -- false: service mail, counted and not charged
  recipients BIGINT NOT NULL,         -- negative in a correction
  bytes BIGINT NOT NULL,              -- of one message
  line_hash BIGINT NOT NULL,          -- first 64 bits of the line's hash: same list, same instant, same hash is the same line
  PRIMARY KEY (list_id, at, generation_id, position)
)/*clustered*/;

-- Sums of usage_record, kept in the same transaction. kb is the size class: bytes rounded up to whole KB.
CREATE TABLE usage_sum (
  list_id BIGINT NOT NULL,
  day BIGINT NOT NULL,                -- day number in the billing time zone
  source TEXT NOT NULL,
  charged BOOLEAN NOT NULL,
  kb BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  recipients BIGINT NOT NULL,
  recipient_bytes BIGINT NOT NULL,
  PRIMARY KEY (list_id, day, source, charged, kb)
)/*clustered*/;

-- Month totals of usage_sum (all sources, charged and not), and the usage revision that last changed them.
CREATE TABLE usage_month (
  list_id BIGINT NOT NULL,
  month BIGINT NOT NULL,              -- yyyymm
  messages BIGINT NOT NULL,
  recipients BIGINT NOT NULL,
  recipient_bytes BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (list_id, month)
)/*clustered*/;
CREATE INDEX usage_month_month ON usage_month (month);

CREATE TABLE member_reading (
  list_id BIGINT NOT NULL,
  day BIGINT NOT NULL,
  members BIGINT NOT NULL,
  PRIMARY KEY (list_id, day)
)/*clustered*/;

-- Ids that a source gave to its records: a repeat is harmless, other content under the same id is refused.
CREATE TABLE usage_key (
  server_id BIGINT NOT NULL,
  record_id TEXT NOT NULL,
  content_hash BLOB NOT NULL,
  list_id BIGINT NOT NULL,            -- 0 while its list is unknown
  at BIGINT NOT NULL,
  generation_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  corrects TEXT NOT NULL,             -- the record_id that it corrects, or ''
  reason TEXT NOT NULL,
  PRIMARY KEY (server_id, record_id)
)/*clustered*/;
CREATE INDEX usage_key_corrects ON usage_key (server_id, corrects) WHERE corrects <> '';
CREATE INDEX usage_key_unknown ON usage_key (server_id) WHERE list_id = 0;

-- Found but not billed: usage of lists that nobody knows yet. It moves to usage_record when the list appears.
CREATE TABLE usage_unknown (
  server_id BIGINT NOT NULL,
  list_key TEXT NOT NULL,             -- as the log names it: a list_id, a posting address, or site/list
  at BIGINT NOT NULL,
  generation_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  source TEXT NOT NULL,
  charged BOOLEAN NOT NULL,
  recipients BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  line_hash BIGINT NOT NULL,
  reason TEXT NOT NULL,               -- '': no such list; else why it cannot be told which
  PRIMARY KEY (server_id, list_key, at, generation_id, position)
)/*clustered*/;

-- Lines that were not counted since another generation of the server holds them, and how often each was seen: the
-- n-th of equal lines is known if the others hold at least n.
CREATE TABLE usage_repeat (
  generation_id BIGINT NOT NULL REFERENCES generation (id),
  at BIGINT NOT NULL,
  line_hash BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY (generation_id, at, line_hash)
)/*clustered*/;

-- Member readings of lists that nobody knows yet.
CREATE TABLE reading_unknown (
  server_id BIGINT NOT NULL,
  list_key TEXT NOT NULL,             -- site/list
  day BIGINT NOT NULL,
  members BIGINT NOT NULL,
  PRIMARY KEY (server_id, list_key, day)
)/*clustered*/;

-- Lines that carry a format's mark and do not fit it, up to a limit for each generation.
CREATE TABLE usage_unparsed (
  generation_id BIGINT NOT NULL REFERENCES generation (id),
  position BIGINT NOT NULL,
  reason TEXT NOT NULL,
  line TEXT NOT NULL,                 -- shortened
  PRIMARY KEY (generation_id, position)
)/*clustered*/;

-- Bills, customer first ---------------------------------------------------------

CREATE TABLE bill_run (
  id BIGINT PRIMARY KEY,
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,                 -- null: broken off
  actor TEXT NOT NULL,
  selection TEXT NOT NULL,            -- JSON: what was asked for
  result TEXT NOT NULL                -- JSON: counts and totals, '' until finished
);

-- The document axis is state; delivery is in the delivery table, payment in the ledger.
CREATE TABLE bill (
  customer_id BIGINT NOT NULL REFERENCES customer (id),
  id BIGINT NOT NULL,
  start_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  state TEXT NOT NULL,                -- draft, final, void
  number TEXT NOT NULL,               -- '' for a draft
  currency TEXT NOT NULL,
  subtotal BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  credit_applied BIGINT NOT NULL,
  total BIGINT NOT NULL,
  credit_left BIGINT NOT NULL,
  issue_day BIGINT NOT NULL,          -- 0 for a draft
  due_day BIGINT NOT NULL,            -- 0 for a draft
  tested_at BIGINT NOT NULL,          -- 0: not tested
  made_at BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  customer_revision BIGINT NOT NULL,  -- the revisions that a draft was made from
  catalog_revision BIGINT NOT NULL,
  settings_revision BIGINT NOT NULL,
  usage_revision BIGINT NOT NULL,
  warnings TEXT NOT NULL,             -- JSON array of texts
  usage TEXT NOT NULL,                -- JSON: what each list sent, small and quiet on the invoice
  PRIMARY KEY (customer_id, id)
)/*clustered*/;
CREATE INDEX bill_id ON bill (id);
CREATE INDEX bill_period ON bill (start_day, end_day);
CREATE UNIQUE INDEX bill_number ON bill (number) WHERE number <> '';

-- What a final bill says besides its figures, as it was when it was sent: who it is from and to, and in which words.
CREATE TABLE bill_words (
  customer_id BIGINT NOT NULL,
  bill_id BIGINT NOT NULL,
  words TEXT NOT NULL,                -- JSON
  PRIMARY KEY (customer_id, bill_id),
  FOREIGN KEY (customer_id, bill_id) REFERENCES bill (customer_id, id)
)/*clustered*/;

-- No foreign key to bill: lines are written and removed with their bill, in its transaction and nowhere else, and
-- checking each of millions would take longer than writing them.
CREATE TABLE bill_line (
  customer_id BIGINT NOT NULL,
  bill_id BIGINT NOT NULL,
  line BIGINT NOT NULL,               -- from 1
  group_id BIGINT NOT NULL,
  group_name TEXT NOT NULL,
  month BIGINT NOT NULL,              -- yyyymm of the slice
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,                  -- code of the plan or charge
  version_id BIGINT NOT NULL,         -- plan_version or charge_version that priced it, 0 for none
  assignment_id BIGINT NOT NULL,      -- charge_assignment of a charge line, else 0
  component BIGINT NOT NULL,          -- index of the plan's component, -1 for none
  method TEXT NOT NULL,
  list_id BIGINT NOT NULL,            -- of an item that is a list, else 0
  object TEXT NOT NULL,               -- the item's name at that time
  days BIGINT NOT NULL,
  days_in_month BIGINT NOT NULL,
  quantity TEXT NOT NULL,             -- exact decimal, six decimals at most
  amount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  PRIMARY KEY (customer_id, bill_id, line)
)/*clustered*/;
CREATE INDEX bill_line_late ON bill_line (customer_id) WHERE kind = 'late';

-- The outbox: one row an address of a final bill. A mail is sent in the state sending, which is committed before the
-- conversation with the mail server: a row that a dead process left so may have been mailed.
CREATE TABLE delivery (
  customer_id BIGINT NOT NULL,
  bill_id BIGINT NOT NULL,
  address TEXT NOT NULL,
  state TEXT NOT NULL,                -- queued, sending, sent, unconfirmed, refused, bounced
  message_id TEXT NOT NULL,           -- the same for each attempt
  attempts BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  detail TEXT NOT NULL,               -- what the mail server said
  due_at BIGINT NOT NULL DEFAULT 0,   -- not before this instant
  sender TEXT NOT NULL DEFAULT '',    -- the process that reserved it, or ''
  PRIMARY KEY (customer_id, bill_id, address),
  FOREIGN KEY (customer_id, bill_id) REFERENCES bill (customer_id, id)
)/*clustered*/;
CREATE INDEX delivery_open ON delivery (due_at, customer_id, bill_id, address) WHERE state = 'queued' AND sender = '';
CREATE INDEX delivery_sender ON delivery (sender) WHERE sender <> '';

-- Append only: a trigger refuses updates and deletes. Balances are sums of it. Within a customer, ids rise in the order
-- of booking.
CREATE TABLE ledger_entry (
  customer_id BIGINT NOT NULL REFERENCES customer (id),
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  day BIGINT NOT NULL,
  kind TEXT NOT NULL,                 -- opening_credit, invoice, carry_over, payment, credit, credit_note, write_off, reversal
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,             -- what the customer owes more (positive) or less (negative)
  credit BIGINT NOT NULL,             -- what the customer's credit grows by
  bill_id BIGINT NOT NULL,            -- 0 for none
  reverses BIGINT NOT NULL DEFAULT 0, -- the entry that this one takes back, or 0
  reference TEXT NOT NULL DEFAULT '', -- of a payment: the payer's or the bank's words for it
  note TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
)/*clustered*/;
CREATE UNIQUE INDEX ledger_entry_reverses ON ledger_entry (customer_id, reverses) WHERE reverses > 0;
CREATE UNIQUE INDEX ledger_entry_invoice ON ledger_entry (customer_id, bill_id) WHERE kind = 'invoice';

-- What takes a final bill back. Its entry in the ledger has the kind credit_note and the same bill.
CREATE TABLE credit_note (
  customer_id BIGINT NOT NULL,
  bill_id BIGINT NOT NULL,
  number TEXT NOT NULL UNIQUE,
  issue_day BIGINT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,             -- what it takes back: subtotal and tax of the bill
  reason TEXT NOT NULL,
  PRIMARY KEY (customer_id, bill_id),
  FOREIGN KEY (customer_id, bill_id) REFERENCES bill (customer_id, id)
)/*clustered*/;
