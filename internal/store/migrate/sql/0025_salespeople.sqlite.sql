-- The word of a salesperson is the whole name: whom it finds need not be asked for the name once more. Only A to Z are made small, as
-- everywhere that names of salespeople are compared.
DELETE FROM customer_word WHERE word >= '=' AND word < '>';
INSERT INTO customer_word (word, company, customer_id, initials)
  SELECT DISTINCT '=' || substr(lower(p.value), 1, 100), c.company, c.id,
    coalesce((SELECT w.initials FROM customer_word w WHERE w.customer_id = c.id LIMIT 1), 0)
  FROM customer c CROSS JOIN json_each(c.salespeople) AS p;
