package store

// changed notes that a customer has a revision of this transaction.
func (tx *Tx) changed(customerID int64) {
	if tx.bumped == nil {
		tx.bumped = map[int64]bool{}
	}
	tx.bumped[customerID] = true
}

// touch notes that what is assigned at a site has changed.
func (tx *Tx) touch(at place) {
	if tx.touched == nil {
		tx.touched = map[place]bool{}
	}
	tx.touched[at] = true
}

// bumpHolders raises, before the commit, the revisions of the other customers who have one of the touched sites as a
// whole, or its server: what is assigned there more specifically takes days from them or gives them back.
func (tx *Tx) bumpHolders() error {
	for at := range tx.touched {
		var holders []int64
		for row, err := range tx.rows(`SELECT DISTINCT customer_id FROM object_assignment
			WHERE server_id = $1 AND site IN ($2, '') AND list_id = 0`, at.server, at.site) {
			if err != nil {
				return err
			}
			var id int64
			if err := row.Scan(&id); err != nil {
				return err
			}
			if !tx.bumped[id] {
				holders = append(holders, id)
			}
		}
		for _, id := range holders {
			if err := tx.BumpCustomer(id); err != nil {
				return err
			}
		}
	}
	tx.touched = nil
	return nil
}
