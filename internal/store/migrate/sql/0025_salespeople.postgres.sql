-- The word of a salesperson is the whole name: whom it finds need not be asked for the name once more. Only A to Z are made small, as
-- everywhere that names of salespeople are compared.
DELETE FROM customer_word WHERE word >= '=' AND word < '>';
INSERT INTO customer_word (word, company, customer_id, initials)
  SELECT DISTINCT '=' || left(lower(p.name COLLATE "C"), 100), c.company, c.id,
    coalesce((SELECT w.initials FROM customer_word w WHERE w.customer_id = c.id LIMIT 1), 0)
  FROM customer c CROSS JOIN LATERAL json_array_elements_text(c.salespeople::json) AS p (name);
