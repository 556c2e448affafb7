-- A site that a sync found has an id, so that it can be picked before it has a list.
ALTER TABLE site ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
UPDATE site SET id = n.id FROM (SELECT server_id, name, row_number() OVER (ORDER BY server_id, name) AS id FROM site) AS n
  WHERE n.server_id = site.server_id AND n.name = site.name;
INSERT INTO id_counter (kind, next_id) SELECT 'site', 1 + count(*) FROM site;
CREATE INDEX site_id ON site (id);
