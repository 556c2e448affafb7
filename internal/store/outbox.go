package store

import (
	"database/sql"
	"strconv"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/migrate"
)

// The states of a mail in the outbox.
const (
	Queued      = "queued"      // to be sent
	Sending     = "sending"     // a process is talking about it to the mail server, or died while it did
	Sent        = "sent"        // the mail server took it
	Unconfirmed = "unconfirmed" // nobody knows whether the mail server took it
	Refused     = "refused"     // the mail server will never take it
	Bounced     = "bounced"     // it came back
	Replaced    = "replaced"    // refused or bounced, and mailed to other addresses of the customer since
)

// Delivery is a mail in the outbox.
type Delivery struct {
	CustomerID, BillID int64
	Address            string
	State              string
	MessageID          string
	Attempts           int64 // begun
	ChangedAt          int64 // UTC microseconds
	Detail             string
	DueAt              int64 // UTC microseconds; not tried before
}

const deliveryColumns = `customer_id, bill_id, address, state, message_id, attempts, changed_at, detail, due_at`

func scanDelivery(row *sql.Rows) (d Delivery, err error) {
	err = row.Scan(&d.CustomerID, &d.BillID, &d.Address, &d.State, &d.MessageID, &d.Attempts, &d.ChangedAt, &d.Detail, &d.DueAt)
	return d, err
}

// Deliveries returns the mails of bills, by bill and address.
func (s *Snapshot) Deliveries(billIDs []int64) ([]Delivery, error) {
	var out []Delivery
	for row, err := range rowsIn(s, `SELECT d.customer_id, d.bill_id, d.address, d.state, d.message_id, d.attempts, d.changed_at, d.detail, d.due_at
		FROM bill b JOIN delivery d ON d.customer_id = b.customer_id AND d.bill_id = b.id WHERE b.id `+in+` ORDER BY d.bill_id, d.address`, billIDs) {
		if err != nil {
			return nil, err
		}
		d, err := scanDelivery(row)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// CountQueued returns how many mails wait to be sent: of the bills, or of all if there are none.
func (s *Snapshot) CountQueued(billIDs []int64) (n int64, err error) {
	if len(billIDs) == 0 {
		_, err = s.one(`SELECT count(*) FROM delivery WHERE state = 'queued' AND sender = ''`, nil, &n)
		return n, err
	}
	for row, err := range rowsIn(s, `SELECT count(*) FROM delivery WHERE state = 'queued' AND sender = '' AND bill_id `+in, billIDs) {
		if err != nil {
			return 0, err
		}
		var some int64
		if err := row.Scan(&some); err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// Hasten lets what waits be tried now: somebody asked for it. It takes the bills, or all if there are none.
func (tx *Tx) Hasten(billIDs []int64) error {
	const hasten = `UPDATE delivery SET due_at = 0 WHERE state = 'queued' AND sender = '' AND due_at > 0`
	if len(billIDs) == 0 {
		return tx.Exec(hasten)
	}
	return tx.eachIn(hasten+` AND `, "bill_id", billIDs)
}

// Reserve gives up to limit mails that are due to a sender, the longest due first. Nobody else gets them until it
// ends. billIDs are the bills whose mails are wanted; none: all.
func (tx *Tx) Reserve(sender string, billIDs []int64, limit int) ([]Delivery, error) {
	if err := tx.expectKeys(); err != nil {
		return nil, err
	}
	condition, args := "", []any{sender, tx.by.At.UnixMicro(), limit}
	if len(billIDs) > 0 {
		var values []any
		condition, values = inValues("bill_id", len(args), billIDs[:min(len(billIDs), inChunk)])
		condition, args = " AND "+condition, append(args, values...)
	}
	skip := ""
	if tx.db.engine == migrate.Postgres {
		skip = " FOR UPDATE SKIP LOCKED" // SQLite has one writer
	}
	var out []Delivery
	for row, err := range tx.rows(`UPDATE delivery SET sender = $1 WHERE (customer_id, bill_id, address) IN (
			SELECT customer_id, bill_id, address FROM delivery WHERE state = 'queued' AND sender = '' AND due_at <= $2`+condition+`
			ORDER BY due_at, customer_id, bill_id, address LIMIT $3`+skip+`) RETURNING `+deliveryColumns, args...) {
		if err != nil {
			return nil, err
		}
		d, err := scanDelivery(row)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// deliveryKey tells mails apart.
type deliveryKey struct {
	bill    int64
	address string
}

// BeginDeliveries notes that the sender which reserved some mails begins to send them, and sets their new state. Those
// that are not this sender's any more, since the database took it for dead, are left as they are. The state must be
// committed before the conversation begins.
func (tx *Tx) BeginDeliveries(mails []*Delivery, sender string) error {
	begun, err := tx.updateDeliveries(mails, []any{sender, tx.by.At.UnixMicro()}, func(d *Delivery) []any {
		return []any{d.CustomerID, d.BillID, d.Address}
	}, `(c, b, a)`, `state = 'sending', attempts = attempts + 1, changed_at = $2`, byKey+` = $1 AND state = 'queued'`)
	if err != nil {
		return err
	}
	for _, d := range mails {
		if begun[deliveryKey{d.BillID, d.Address}] {
			d.State = Sending
			d.Attempts++
		}
	}
	return nil
}

// byKey is the sender of a mail, in a form that no index has: mails are found by their keys. The index of senders would
// lead to all mails that this sender has had.
const byKey = `sender || ''`

// EndDeliveries notes what became of attempts that were begun, with their history: each mail holds its new state,
// detail and due time. What became of one is known better than what somebody who took the sender for dead has written.
func (tx *Tx) EndDeliveries(mails []*Delivery) error {
	ended, err := tx.updateDeliveries(mails, []any{tx.by.At.UnixMicro()}, func(d *Delivery) []any {
		return []any{d.CustomerID, d.BillID, d.Address, d.Attempts, d.State, d.Detail, d.DueAt}
	}, `(c, b, a, n, s, d, t)`, `state = s, detail = d, due_at = t, changed_at = $1, sender = ''`,
		`attempts = n AND state IN ('sending', 'unconfirmed')`)
	if err != nil {
		return err
	}
	for _, d := range mails {
		if !ended[deliveryKey{d.BillID, d.Address}] {
			continue
		}
		if err := tx.Record(d.change()); err != nil {
			return err
		}
	}
	return nil
}

// updateDeliveries changes some mails in one statement: each gives a row of values for the columns. It returns
// which were changed.
func (tx *Tx) updateDeliveries(mails []*Delivery, args []any, row func(*Delivery) []any, columns, set, where string) (map[deliveryKey]bool, error) {
	changed := make(map[deliveryKey]bool, len(mails))
	if len(mails) == 0 {
		return changed, nil
	}
	rows := make([][]any, len(mails))
	for i, d := range mails {
		rows[i] = row(d)
	}
	values, args := valueRows(args, rows)
	for r, err := range tx.rows(`WITH v `+columns+` AS (VALUES `+values+`) UPDATE delivery SET `+set+` FROM v
		WHERE customer_id = c AND bill_id = b AND address = a AND `+where+` RETURNING bill_id, address`, args...) {
		if err != nil {
			return nil, err
		}
		var k deliveryKey
		if err := r.Scan(&k.bill, &k.address); err != nil {
			return nil, err
		}
		changed[k] = true
	}
	return changed, nil
}

func (d *Delivery) change() Change {
	after := map[string]string{"state": d.State, "message_id": d.MessageID}
	if d.Detail != "" {
		after["detail"] = d.Detail
	}
	return Change{CustomerID: d.CustomerID, Entity: "delivery", EntityID: d.BillID, Action: d.State,
		Before: map[string]string{"address": d.Address, "attempt": strconv.FormatInt(d.Attempts, 10)}, After: after}
}

// Release gives back what a sender reserved and did not begin.
func (tx *Tx) Release(sender string) error {
	return tx.Exec(`UPDATE delivery SET sender = '' WHERE sender = $1 AND state = 'queued'`, sender)
}

// TakeOver clears up after senders that died: what they had only reserved is queued again, and what they were sending
// becomes unconfirmed. It returns the latter.
func (tx *Tx) TakeOver() ([]Delivery, error) {
	var senders []string
	for row, err := range tx.rows(`SELECT DISTINCT sender FROM delivery WHERE sender <> ''`) {
		if err != nil {
			return nil, err
		}
		var sender string
		if err := row.Scan(&sender); err != nil {
			return nil, err
		}
		senders = append(senders, sender)
	}
	var lost []Delivery
	for _, sender := range senders {
		gone, err := tx.gone(sender)
		if err != nil {
			return nil, err
		}
		if !gone {
			continue
		}
		more, err := tx.lose(sender)
		if err != nil {
			return nil, err
		}
		lost = append(lost, more...)
		if err := tx.Release(sender); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

// LostDetail says why a mail is unconfirmed.
const LostDetail = "the process that was sending it ended before it wrote down what the mail server answered"

func (tx *Tx) lose(sender string) (lost []Delivery, err error) {
	for row, err := range tx.rows(`UPDATE delivery SET state = 'unconfirmed', sender = '', changed_at = $2, detail = $3
		WHERE sender = $1 AND state = 'sending' RETURNING `+deliveryColumns, sender, tx.by.At.UnixMicro(), LostDetail) {
		if err != nil {
			return nil, err
		}
		d, err := scanDelivery(row)
		if err != nil {
			return nil, err
		}
		lost = append(lost, d)
	}
	for i := range lost {
		if err := tx.Record(lost[i].change()); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

// Requeue queues a mail once more, with its Message-ID: somebody decided so. One that is not in the state that was
// decided about is a Conflict fault.
func (tx *Tx) Requeue(d *Delivery) error {
	n, err := tx.ExecCount(`UPDATE delivery SET state = 'queued', sender = '', due_at = 0, changed_at = $6, detail = ''
		WHERE customer_id = $1 AND bill_id = $2 AND address = $3 AND state = $4 AND attempts = $5`,
		d.CustomerID, d.BillID, d.Address, d.State, d.Attempts, tx.by.At.UnixMicro())
	if err != nil {
		return err
	}
	if n != 1 {
		return errDecided(d)
	}
	d.State, d.Detail, d.DueAt = Queued, "", 0
	return tx.Record(d.change())
}

// Replace notes that a mail which failed went to other addresses since. What the mail server said of it stays. One that
// is not in the state that was decided about is a Conflict fault.
func (tx *Tx) Replace(d *Delivery) error {
	n, err := tx.ExecCount(`UPDATE delivery SET state = 'replaced', changed_at = $6
		WHERE customer_id = $1 AND bill_id = $2 AND address = $3 AND state = $4 AND attempts = $5`,
		d.CustomerID, d.BillID, d.Address, d.State, d.Attempts, tx.by.At.UnixMicro())
	if err != nil {
		return err
	}
	if n != 1 {
		return errDecided(d)
	}
	d.State = Replaced
	return tx.Record(d.change())
}

// errDecided is the fault of a mail that changed while somebody decided about it.
func errDecided(d *Delivery) error {
	return fault.New(fault.Conflict, "the mail of bill %d to %s is not %s any more: look at the bill", d.BillID, d.Address, d.State).Typed(`see "postmeter bill list"`)
}

// AddMail queues a mail of a final bill to one more address.
func (tx *Tx) AddMail(b *BillRow, m Mail) error {
	d := Delivery{CustomerID: b.CustomerID, BillID: b.ID, Address: m.Address, State: Queued, MessageID: m.MessageID}
	if err := tx.Exec(`INSERT INTO delivery (customer_id, bill_id, address, state, message_id, attempts, changed_at, detail)
		VALUES ($1, $2, $3, 'queued', $4, 0, $5, '')`, d.CustomerID, d.BillID, d.Address, d.MessageID, tx.by.At.UnixMicro()); err != nil {
		return err
	}
	return tx.Record(d.change())
}

// ReserveOne reserves a mail that a sender has just queued again. If somebody else was faster, it is not begun.
func (tx *Tx) ReserveOne(d *Delivery, sender string) error {
	return tx.Exec(`UPDATE delivery SET sender = $4, due_at = 0
		WHERE customer_id = $1 AND bill_id = $2 AND address = $3 AND state = 'queued' AND sender = ''`, d.CustomerID, d.BillID, d.Address, sender)
}
