-- Jobs that have not ended: the header of every page shows them.
CREATE INDEX job_unfinished ON job (id) WHERE finished_at = 0;
