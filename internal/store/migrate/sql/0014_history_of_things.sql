-- The history of what belongs to no customer: plans, charges, servers, settings and operators have pages of their own. Forms
-- that are stale look up who changed a thing last.
CREATE INDEX history_thing ON history (entity, entity_id, id) WHERE customer_id = 0;
