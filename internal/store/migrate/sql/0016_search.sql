-- What is filled in, bit by bit, for rows that were stored by an earlier program: after_id is the last row that is done.
-- The row goes once all are.
CREATE TABLE backfill (
  name TEXT NOT NULL PRIMARY KEY,
  after_id BIGINT NOT NULL
)/*clustered*/;
INSERT INTO backfill (name, after_id) SELECT 'customer_word', 0 WHERE EXISTS (SELECT 1 FROM customer);

-- Sites and servers that are assigned as a whole are few, and looked for with every list: the index holds only them.
DROP INDEX IF EXISTS object_assignment_place;
CREATE INDEX object_assignment_place ON object_assignment (server_id, site) WHERE list_id = 0;

-- An address of a list is a site and a name.
DROP INDEX IF EXISTS list_name_by_site;
CREATE INDEX list_name_by_site ON list_name (site, name, list_id);
-- Bills of a state are paged by id, also where most are of another one.
DROP INDEX IF EXISTS bill_draft;
CREATE INDEX IF NOT EXISTS bill_state ON bill (state, id);
