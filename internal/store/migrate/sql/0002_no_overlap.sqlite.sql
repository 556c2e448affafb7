-- No day of a customer is billed by two final bills: the database itself refuses it.
CREATE TRIGGER bill_no_overlap_insert BEFORE INSERT ON bill WHEN NEW.state = 'final'
BEGIN
  SELECT RAISE(ABORT, 'bill_no_overlap') WHERE EXISTS (
    SELECT 1 FROM bill WHERE customer_id = NEW.customer_id AND id <> NEW.id AND state = 'final'
      AND start_day <= NEW.end_day AND end_day >= NEW.start_day);
END;
CREATE TRIGGER bill_no_overlap_update BEFORE UPDATE ON bill WHEN NEW.state = 'final'
BEGIN
  SELECT RAISE(ABORT, 'bill_no_overlap') WHERE EXISTS (
    SELECT 1 FROM bill WHERE customer_id = NEW.customer_id AND id <> NEW.id AND state = 'final'
      AND start_day <= NEW.end_day AND end_day >= NEW.start_day);
END;
