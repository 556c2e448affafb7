package ledger

// Row is an entry with the balance after it.
type Row struct {
	Entry
	After Balance
	Void  bool // it was taken back later, by a reversal or by a credit note
}

// Statement returns entries, in the order of booking, with the running balance.
func Statement(entries []Entry) ([]Row, error) {
	undone := map[int64]bool{}
	voided := map[int64]bool{}
	for i := range entries {
		undone[entries[i].Reverses] = true
		if entries[i].Kind == CreditNote {
			voided[entries[i].BillID] = true
		}
	}
	rows := make([]Row, len(entries))
	var balance Balance
	var err error
	for i := range entries {
		e := &entries[i]
		if balance, err = balance.Plus(e); err != nil {
			return nil, err
		}
		rows[i] = Row{Entry: *e, After: balance, Void: undone[e.ID] || voided[e.BillID] && (e.Kind == Invoice || e.Kind == CarryOver)}
	}
	return rows, nil
}
