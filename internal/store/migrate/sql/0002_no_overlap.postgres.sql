-- No day of a customer is billed by two final bills: the database itself refuses it.
ALTER TABLE bill ADD CONSTRAINT bill_no_overlap EXCLUDE USING gist (
  int8range(customer_id, customer_id, '[]') WITH &&,
  int8range(start_day, end_day, '[]') WITH &&
) WHERE (state = 'final');
