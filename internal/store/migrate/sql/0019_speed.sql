-- The words of customers lie in the order of companies, as lists of customers do: a page of those who have a word is read from there.
CREATE TABLE customer_word_by_company (
  word TEXT NOT NULL,
  company TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  PRIMARY KEY (word, company, customer_id)
)/*clustered*/;
INSERT INTO customer_word_by_company (word, company, customer_id)
  SELECT w.word, c.company, w.customer_id FROM customer_word w JOIN customer c ON c.id = w.customer_id ORDER BY w.word, c.company;
DROP TABLE customer_word;
ALTER TABLE customer_word_by_company RENAME TO customer_word;
CREATE INDEX customer_word_customer ON customer_word (customer_id, word);

-- Lists that are gone, and lists that syncs found of late: each server's page asks for them.
CREATE INDEX list_gone ON list (id) WHERE gone_day IS NOT NULL;
CREATE INDEX list_sync_found ON list_sync (found_at);
