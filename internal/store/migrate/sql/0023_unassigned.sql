-- Lists that nobody has are few among very many: a table of their own finds them, wherever they are. A list is in it unless an assignment of
-- its own has no end. Those that are gone stay in it.
CREATE TABLE list_unassigned (
  list_id BIGINT PRIMARY KEY REFERENCES list (id),
  assigned_until BIGINT NOT NULL      -- the last day of its assignments; 0: it never had one
);
DROP INDEX object_assignment_list;
CREATE INDEX object_assignment_list ON object_assignment (list_id, end_day);
INSERT INTO list_unassigned (list_id, assigned_until)
  SELECT l.id, coalesce((SELECT max(o.end_day) FROM object_assignment o WHERE o.list_id = l.id), 0) FROM list l
  WHERE NOT EXISTS (SELECT 1 FROM object_assignment o WHERE o.list_id = l.id AND o.end_day = 2932896);
