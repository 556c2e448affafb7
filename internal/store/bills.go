package store

import (
	"database/sql"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// BillRow is a bill as it is stored, with what its status is derived from. Amounts are minor units.
type BillRow struct {
	CustomerID    int64
	ID            int64
	Company       string
	Period        period.Period
	Axes          invoice.Axes
	Number        string // empty for a draft
	Currency      money.Currency
	Subtotal      int64
	Tax           int64
	CreditApplied int64
	CreditLeft    int64
	Issued, Due   period.Date // 0 for a draft
	MadeAt        int64       // UTC microseconds
	CreditNote    *CreditNote // of a void bill, else nil

	// The revisions that it was made from.
	CustomerRevision, CatalogRevision, SettingsRevision, UsageRevision int64
	// CustomerRevisionNow is the customer's revision at the time of reading.
	CustomerRevisionNow int64
}

// BillDetails is what only a reader of one bill needs.
type BillDetails struct {
	Warnings []string
	Usage    string // JSON as the bill run wrote it
}

// BillFilter says which bills are wanted. The zero value of a field wants all.
type BillFilter struct {
	Period     period.Period // bills that have a day in it
	CustomerID int64         // with Period
	ID         int64
	AfterID    int64 // bills with a larger id, for paging
	Limit      int   // rows at most
}

// The payment axis: what the ledger has against the bill besides the bill itself, and what of that is a write-off that
// stands. The delivery axis: one address is enough to be told. While a mail is being sent nobody knows whether it was
// handed over; where its process died, nobody ever will.
const billColumns = `SELECT b.customer_id, b.id, c.company, b.start_day, b.end_day, b.state, b.tested_at, b.number, b.currency,
	b.subtotal, b.tax, b.credit_applied, b.total, b.credit_left, b.issue_day, b.due_day, b.made_at,
	b.customer_revision, b.catalog_revision, b.settings_revision, b.usage_revision, c.revision,
	EXISTS (SELECT 1 FROM delivery d WHERE d.customer_id = b.customer_id AND d.bill_id = b.id AND d.state IN ('unconfirmed', 'sending')),
	EXISTS (SELECT 1 FROM delivery d WHERE d.customer_id = b.customer_id AND d.bill_id = b.id AND d.state IN ('bounced', 'refused')),
	b.total + coalesce((SELECT CAST(sum(e.amount) AS BIGINT) FROM ledger_entry e
		WHERE e.customer_id = b.customer_id AND e.bill_id = b.id AND e.kind <> 'invoice'), 0),
	coalesce((SELECT CAST(-sum(w.amount) AS BIGINT) FROM ledger_entry w
		WHERE w.customer_id = b.customer_id AND w.bill_id = b.id AND w.kind = 'write_off'
		AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.customer_id = w.customer_id AND r.reverses = w.id AND r.reverses > 0)), 0),
	coalesce(n.number, ''), coalesce(n.issue_day, 0), coalesce(n.amount, 0), coalesce(n.reason, '')
	FROM bill b JOIN customer c ON c.id = b.customer_id
	LEFT JOIN credit_note n ON n.customer_id = b.customer_id AND n.bill_id = b.id`

// Bills returns bills in the order of their ids.
func (s *Snapshot) Bills(f BillFilter) ([]BillRow, error) {
	query, args := billColumns+` WHERE b.id > $1`, []any{f.AfterID}
	if f.ID != 0 {
		args = append(args, f.ID)
		query += ` AND b.id = $2`
	} else if f.Period != (period.Period{}) {
		args = append(args, int64(f.Period.Start), int64(f.Period.End))
		query += ` AND b.end_day >= $2 AND b.start_day <= $3`
		if f.CustomerID != 0 {
			args = append(args, f.CustomerID)
			query += ` AND b.customer_id = $4`
		}
	}
	query += ` ORDER BY b.id`
	if f.Limit > 0 {
		query += ` LIMIT ` + money.FromInt(int64(f.Limit)).String()
	}
	var out []BillRow
	for row, err := range s.rows(query, args...) {
		if err != nil {
			return nil, err
		}
		b, err := scanBill(row)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func scanBill(row *sql.Rows) (b BillRow, err error) {
	var tested int64
	var currency string
	var note CreditNote
	err = row.Scan(&b.CustomerID, &b.ID, &b.Company, &b.Period.Start, &b.Period.End, &b.Axes.State, &tested, &b.Number, &currency,
		&b.Subtotal, &b.Tax, &b.CreditApplied, &b.Axes.Total, &b.CreditLeft, &b.Issued, &b.Due, &b.MadeAt,
		&b.CustomerRevision, &b.CatalogRevision, &b.SettingsRevision, &b.UsageRevision, &b.CustomerRevisionNow,
		&b.Axes.Unconfirmed, &b.Axes.Bounced, &b.Axes.Open, &b.Axes.WrittenOff,
		&note.Number, &note.Issued, &note.Amount, &note.Reason)
	if err != nil {
		return b, err
	}
	b.Axes.Tested = tested != 0
	b.Currency, err = money.ParseCurrency(strings.TrimSpace(currency))
	if note.Number != "" {
		note.CustomerID, note.BillID, note.Currency = b.CustomerID, b.ID, b.Currency
		b.CreditNote = &note
	}
	return b, err
}

// Bill returns one bill, or a NotFound fault.
func (s *Snapshot) Bill(id int64) (BillRow, error) {
	bills, err := s.Bills(BillFilter{ID: id})
	if err != nil {
		return BillRow{}, err
	}
	if len(bills) == 0 {
		return BillRow{}, fault.New(fault.NotFound, "there is no bill %d", id).Typed(`see "postmeter bill list"`)
	}
	return bills[0], nil
}

// BillDetails returns the rest of a bill.
func (s *Snapshot) BillDetails(customerID, billID int64) (BillDetails, error) {
	var d BillDetails
	var warnings string
	found, err := s.one(`SELECT warnings, usage FROM bill WHERE customer_id = $1 AND id = $2`, []any{customerID, billID}, &warnings, &d.Usage)
	if err != nil || !found {
		return d, err
	}
	d.Warnings, err = textsFrom(warnings)
	return d, err
}
