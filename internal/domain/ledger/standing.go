package ledger

// Standing is what the entries about one bill come to.
type Standing struct {
	Open       int64 // of the total, still owed
	Paid       int64 // payments that were not taken back
	Surplus    int64 // of Paid: more than was open, so it became credit
	WrittenOff int64 // of the total, given up and not taken up again: nobody owes it, and nobody paid it
	Void       bool  // a credit note took the bill back; what had been paid is credit
}

// Settled is what of the payments the bill itself took.
func (s Standing) Settled() int64 { return s.Paid - s.Surplus }

// StandingOf adds up the entries about a bill.
func StandingOf(entries []Entry, billID int64) (s Standing) {
	payments, writeOffs := map[int64]bool{}, map[int64]bool{}
	for i := range entries {
		e := &entries[i]
		if e.BillID != billID {
			continue
		}
		s.Open += e.Amount
		switch {
		case e.Kind == CreditNote:
			s.Void = true
		case e.Kind == Payment:
			payments[e.ID] = true
			fallthrough
		case e.Kind == Reversal && payments[e.Reverses]:
			s.Paid -= e.Net()
			s.Surplus += e.Credit
		case e.Kind == WriteOff:
			writeOffs[e.ID] = true
			fallthrough
		case e.Kind == Reversal && writeOffs[e.Reverses]:
			s.WrittenOff -= e.Amount
		}
	}
	return s
}

// find returns the entry with an id, or nil.
func find(entries []Entry, id int64) *Entry {
	for i := range entries {
		if entries[i].ID == id {
			return &entries[i]
		}
	}
	return nil
}

// spenders returns the final bills that spend credit, the latest first: those booked after an entry, or all if none
// was, since credit is one pot.
func spenders(entries []Entry, after int64) []int64 {
	var later, all []int64
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		if e.Kind != Invoice || e.Credit >= 0 || StandingOf(entries, e.BillID).Void {
			continue
		}
		all = append(all, e.BillID)
		if e.ID > after {
			later = append(later, e.BillID)
		}
	}
	if len(later) > 0 {
		return later
	}
	return all
}
