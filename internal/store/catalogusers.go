package store

// CustomersOfPlan counts the customers with an assignment of a plan, at most most.
func (s *Snapshot) CustomersOfPlan(planID, most int64) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM (SELECT DISTINCT customer_id FROM plan_assignment WHERE plan_id = $1 LIMIT $2) AS counted`,
		[]any{planID, most}, &n)
	return n, err
}

// CustomersOfCharge counts the customers with an assignment of an additional charge, at most most.
func (s *Snapshot) CustomersOfCharge(chargeID, most int64) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM (SELECT DISTINCT customer_id FROM charge_assignment WHERE charge_id = $1 LIMIT $2) AS counted`,
		[]any{chargeID, most}, &n)
	return n, err
}
