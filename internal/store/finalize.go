package store

import (
	"encoding/json"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
)

// LockForSending waits until nobody else changes the bills, the contracts or the money of some customers, the
// catalogue, or the settings, and keeps others from it until the transaction ends. What decides about sending is read
// after it.
func (tx *Tx) LockForSending(customerIDs []int64) error {
	if err := tx.LockBills(); err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE revision SET value = value WHERE name IN ('settings', 'catalog')`); err != nil {
		return err
	}
	return tx.eachIn(`UPDATE customer SET revision = revision WHERE `, "id", customerIDs)
}

// eachIn runs a statement that ends with a condition on a column, once for each chunk of values.
func (tx *Tx) eachIn(statement, column string, ids []int64, args ...any) error {
	ids = newIDSet(append([]int64(nil), ids...)).ids
	for len(ids) > 0 {
		n := min(len(ids), inChunk)
		condition, values := inValues(column, len(args), ids[:n])
		if err := tx.Exec(statement+condition, append(append([]any(nil), args...), values...)...); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// DraftIDs returns up to limit ids of drafts larger than after, in order.
func (s *Snapshot) DraftIDs(after int64, limit int) (ids []int64, err error) {
	if err := s.expectKeys(); err != nil {
		return nil, err
	}
	for row, err := range s.rows(`SELECT id FROM bill WHERE state = 'draft' AND id > $1 ORDER BY id LIMIT $2`, after, limit) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// OwnersOf returns the customers of some bills.
func (s *Snapshot) OwnersOf(billIDs []int64) (customers []int64, err error) {
	if err := s.expectKeys(); err != nil {
		return nil, err
	}
	for row, err := range rowsIn(s, `SELECT customer_id FROM bill WHERE id `+in, billIDs) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		customers = append(customers, id)
	}
	return customers, nil
}

// StaleUsage returns which of some drafts were made before usage of their months came in, or was corrected, for a list
// that the customer may have. See DraftsWithNewUsage.
func (s *Snapshot) StaleUsage(drafts []BillRow) (map[int64]bool, error) {
	_, _, now, err := s.Revisions()
	if err != nil {
		return nil, err
	}
	byPeriod := map[period.Period][]int64{}
	for i := range drafts {
		if drafts[i].UsageRevision < now {
			byPeriod[drafts[i].Period] = append(byPeriod[drafts[i].Period], drafts[i].ID)
		}
	}
	out := map[int64]bool{}
	for p, ids := range byPeriod {
		for chunk := range slices.Chunk(ids, inChunk) {
			condition, args := inValues("b.id", 2, chunk)
			for row, err := range s.rows(newUsage(condition, "$1", "$2"),
				append([]any{int64(p.Start.Month()), int64(p.End.Month())}, args...)...) {
				if err != nil {
					return nil, err
				}
				var id int64
				if err := row.Scan(&id); err != nil {
					return nil, err
				}
				out[id] = true
			}
		}
	}
	return out, nil
}

// AlreadyBilled returns which of some drafts share a day with a final bill of the same customer. They are
// counted, and the state is asked for in a form that no index has, so that the bills of each customer are looked at by
// its key, and not all that are final.
func (s *Snapshot) AlreadyBilled(ids []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	for row, err := range rowsIn(s, `SELECT b.id FROM bill b WHERE (SELECT count(*) FROM bill f WHERE f.customer_id = b.customer_id
		AND f.id <> b.id AND f.state || '' = 'final' AND f.start_day <= b.end_day AND f.end_day >= b.start_day) > 0 AND b.id `+in, ids) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, nil
}

// Final is a draft that becomes a final bill.
type Final struct {
	Bill      *BillRow
	Number    string
	Issued    period.Date
	Due       period.Date
	Words     *statement.Frozen
	Mails     []Mail // to whom it is mailed; none: it is kept without a mail
	NotMailed string // why not, for the history
}

// Mail is one mail of a bill. Its Message-ID stays the same however often it is tried.
type Mail struct{ Address, MessageID string }

// FinishBills makes drafts final: number, dates, words, ledger, outbox and history. The caller holds LockForSending.
// What is no draft any more, and a number that is taken, is a Conflict fault.
func (tx *Tx) FinishBills(finals []Final) error {
	if err := tx.checkNumbers(finals); err != nil {
		return err
	}
	if err := tx.makeFinal(finals); err != nil {
		return err
	}
	words := tx.Bulk("bill_words", "", "customer_id", "bill_id", "words")
	outbox := tx.Bulk("delivery", "", "customer_id", "bill_id", "address", "state", "message_id", "attempts", "changed_at", "detail")
	for i := range finals {
		f := &finals[i]
		text, err := json.Marshal(f.Words)
		if err != nil {
			return err
		}
		if err := words.Add(f.Bill.CustomerID, f.Bill.ID, string(text)); err != nil {
			return err
		}
		for _, m := range f.Mails {
			if err := outbox.Add(f.Bill.CustomerID, f.Bill.ID, m.Address, Queued, m.MessageID, int64(0), tx.by.At.UnixMicro(), ""); err != nil {
				return err
			}
		}
		if err := tx.Record(finished(f)); err != nil {
			return err
		}
	}
	if err := words.Flush(); err != nil {
		return err
	}
	if err := outbox.Flush(); err != nil {
		return err
	}
	return tx.postInvoices(finals)
}

// finalsPerUpdate is how many bills one statement makes final.
const finalsPerUpdate = 64

// makeFinal gives drafts their state, numbers and days.
func (tx *Tx) makeFinal(finals []Final) error {
	for chunk := range slices.Chunk(finals, finalsPerUpdate) {
		rows := make([][]any, len(chunk))
		for i := range chunk {
			f := &chunk[i]
			rows[i] = []any{f.Bill.CustomerID, f.Bill.ID, f.Number, int64(f.Issued), int64(f.Due)}
		}
		values, args := valueRows(nil, rows)
		n, err := tx.ExecCount(`WITH v (c, b, n, i, d) AS (VALUES `+values+`)
			UPDATE bill SET state = 'final', number = n, issue_day = i, due_day = d FROM v
			WHERE customer_id = c AND id = b AND state = 'draft'`, args...)
		if err != nil {
			return err
		}
		if n != int64(len(chunk)) {
			return fault.New(fault.Conflict, "%d of the bills %d to %d are no drafts any more: look at the bills; nothing of this batch was sent",
				int64(len(chunk))-n, chunk[0].Bill.ID, chunk[len(chunk)-1].Bill.ID).Typed(`see "postmeter bill list"`)
		}
	}
	return nil
}

// checkNumbers refuses numbers that other bills have: a format was changed so that it makes the same text again.
func (tx *Tx) checkNumbers(finals []Final) error {
	numbers := make([]string, len(finals))
	for i := range finals {
		numbers[i] = finals[i].Number
	}
	for row, err := range rowsIn(&tx.Snapshot, `SELECT id, number FROM bill WHERE number <> '' AND number `+in, numbers) {
		if err != nil {
			return err
		}
		var id int64
		var number string
		if err := row.Scan(&id, &number); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "the next number is %s, and bill %d has it already: change the setting invoice_number_format; "+
			"nothing of this batch was sent", number, id)
	}
	return nil
}

// postInvoices books bills, as PostInvoice does one by one.
func (tx *Tx) postInvoices(finals []Final) error {
	ids := make([]int64, len(finals))
	for i := range finals {
		ids[i] = finals[i].Bill.CustomerID
	}
	if err := tx.eachIn(`UPDATE customer SET revision = revision + 1 WHERE `, "id", ids); err != nil {
		return err
	}
	credits, err := tx.Credits(ids)
	if err != nil {
		return err
	}
	var entries []ledger.Entry
	for i := range finals {
		b := LedgerBill(finals[i].Bill)
		b.Day = finals[i].Issued
		booked, err := ledger.Post(&b, credits[b.CustomerID].Balance)
		if err != nil {
			return err
		}
		entries = append(entries, booked...)
	}
	return tx.Book(entries)
}

// finished is the history of a bill that became final.
func finished(f *Final) Change {
	b := f.Bill
	after := map[string]string{"state": string(invoice.Final), "number": f.Number, "issued": f.Issued.String(), "due": f.Due.String(),
		"total": money.Amount{Minor: b.Axes.Total, Currency: b.Currency}.String() + " " + b.Currency.Code()}
	if len(f.Mails) == 0 {
		after["mail"] = f.NotMailed
	} else {
		addresses := make([]string, len(f.Mails))
		for i, m := range f.Mails {
			addresses[i] = m.Address
		}
		after["mail"] = strings.Join(addresses, ", ")
	}
	return Change{CustomerID: b.CustomerID, Entity: "bill", EntityID: b.ID, Action: "finished",
		Before: map[string]string{"state": string(invoice.Draft)}, After: after}
}

// MarkTested notes that drafts were mailed to the operator. Those that are no drafts any more are left alone.
func (tx *Tx) MarkTested(bills []BillRow, to string) error {
	for i := range bills {
		b := &bills[i]
		n, err := tx.ExecCount(`UPDATE bill SET tested_at = $3 WHERE customer_id = $1 AND id = $2 AND state = 'draft'`,
			b.CustomerID, b.ID, tx.by.At.UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := tx.Record(Change{CustomerID: b.CustomerID, Entity: "bill", EntityID: b.ID, Action: "tested",
			After: map[string]string{"to": to}}); err != nil {
			return err
		}
	}
	return nil
}
