-- Drafts of a month are paged by id, also where other months have as many: the index of a period parts its bills by state.
DROP INDEX bill_period;
CREATE INDEX bill_period ON bill (start_day, end_day, state, id);
