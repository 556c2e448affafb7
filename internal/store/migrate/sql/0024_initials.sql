-- With what the words of a customer begin, beside each of its words: who goes along a common word need not look up those who cannot have another
-- one. A bit for each letter and digit, and 27 that the first two of each word share; what has others among these may have any of the 27.
CREATE TABLE customer_word_initials (
  word TEXT NOT NULL,
  company TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  initials BIGINT NOT NULL,
  PRIMARY KEY (word, company, customer_id)
)/*clustered*/;
INSERT INTO customer_word_initials (word, company, customer_id, initials)
  WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < 35),
  sign (letter, n) AS (SELECT substr('abcdefghijklmnopqrstuvwxyz0123456789', n + 1, 1), n FROM place),
  begun (customer_id, one, two, other) AS (
    SELECT w.customer_id, CAST(1 AS BIGINT) << a.n, CAST(1 AS BIGINT) << (36 + (4 * a.n + b.n) % 27),
      CASE WHEN a.n IS NULL OR b.n IS NULL AND substr(w.word, 2, 1) <> '' THEN 1 ELSE 0 END
    FROM customer_word w LEFT JOIN sign a ON a.letter = substr(w.word, 1, 1) LEFT JOIN sign b ON b.letter = substr(w.word, 2, 1)
    WHERE substr(w.word, 1, 1) <> '='
  ),
  together (customer_id, initials) AS (
    SELECT customer_id, CAST(coalesce(sum(DISTINCT one), 0)
      + CASE WHEN max(other) = 1 THEN 9223371968135299072 ELSE coalesce(sum(DISTINCT two), 0) END AS BIGINT)
    FROM begun GROUP BY customer_id
  )
  SELECT w.word, w.company, w.customer_id, coalesce(t.initials, 0) FROM customer_word w LEFT JOIN together t ON t.customer_id = w.customer_id
  ORDER BY w.word, w.company;
DROP TABLE customer_word;
ALTER TABLE customer_word_initials RENAME TO customer_word;
CREATE INDEX customer_word_customer ON customer_word (customer_id, word);
