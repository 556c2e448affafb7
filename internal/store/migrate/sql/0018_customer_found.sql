-- What was found last about a customer, by a validation of all or by a bill run: the customers of whom something was. The
-- history has an entry when something else is found.
CREATE TABLE customer_found (
  customer_id BIGINT PRIMARY KEY,
  codes TEXT NOT NULL                 -- in order, separated by spaces
);
