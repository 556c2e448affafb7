-- Pages of bills are read by key: the bills of a period, and drafts of all periods. What is uncertain or failed of the
-- outbox is found without reading all that was ever sent.
DROP INDEX bill_period;
CREATE INDEX bill_period ON bill (start_day, end_day, id);
CREATE INDEX bill_draft ON bill (id) WHERE state = 'draft';
CREATE INDEX delivery_trouble ON delivery (bill_id) WHERE state IN ('unconfirmed', 'sending', 'refused', 'bounced');
