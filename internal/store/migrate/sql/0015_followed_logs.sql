-- By what the log is known that was last read at a path: so it is noticed when it is gone. And when the row was last told,
-- by the clock of billing: rows that nobody tells of any more go.
ALTER TABLE log_feed_state ADD COLUMN head BLOB;
ALTER TABLE log_feed_state ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
UPDATE log_feed_state SET told_at = CASE WHEN seen_at > alert_at THEN seen_at ELSE alert_at END;
