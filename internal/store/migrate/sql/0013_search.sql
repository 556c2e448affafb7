-- What is filled in, bit by bit, for rows that were stored by an earlier program: after_id is the last row that is done.
-- The row goes once all are.
CREATE TABLE backfill (
  name TEXT NOT NULL PRIMARY KEY,
  after_id BIGINT NOT NULL
)/*clustered*/;
INSERT INTO backfill (name, after_id) SELECT 'customer_word', 0 WHERE EXISTS (SELECT 1 FROM customer);
