-- Lists that syncs do not find any more: the page of each server names them.
CREATE INDEX list_sync_missing ON list_sync (list_id) WHERE missing_day IS NOT NULL;
