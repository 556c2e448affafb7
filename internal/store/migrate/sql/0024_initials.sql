-- With which letters and digits the words of a customer begin, beside each of its words: who goes along a common word need not look up those who
-- cannot have another one. Bits of a to z and of 0 to 9; what begins with another sign may have any of the bits that those share.
CREATE TABLE customer_word_initials (
  word TEXT NOT NULL,
  company TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  initials BIGINT NOT NULL,
  PRIMARY KEY (word, company, customer_id)
)/*clustered*/;
INSERT INTO customer_word_initials (word, company, customer_id, initials)
  WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < 35),
  sign (first, bit) AS (SELECT substr('abcdefghijklmnopqrstuvwxyz0123456789', n + 1, 1), CAST(1 AS BIGINT) << n FROM place),
  begun (customer_id, initials) AS (
    SELECT w.customer_id, CAST(sum(DISTINCT coalesce(s.bit, 9223371968135299072)) AS BIGINT)
    FROM customer_word w LEFT JOIN sign s ON s.first = substr(w.word, 1, 1) WHERE substr(w.word, 1, 1) <> '=' GROUP BY w.customer_id
  )
  SELECT w.word, w.company, w.customer_id, coalesce(b.initials, 0) FROM customer_word w LEFT JOIN begun b ON b.customer_id = w.customer_id
  ORDER BY w.word, w.company;
DROP TABLE customer_word;
ALTER TABLE customer_word_initials RENAME TO customer_word;
CREATE INDEX customer_word_customer ON customer_word (customer_id, word);
