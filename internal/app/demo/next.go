package demo

import (
	"context"
	"path/filepath"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

// Late is a line that corrects the month on a bill of the next one.
type Late struct {
	Bill     int64  `json:"bill"`
	Line     int    `json:"line"`
	Customer string `json:"customer"`
	Month    string `json:"month"`
	Method   string `json:"method"`
	Amount   string `json:"amount"`
}

// findLog reads a part of the log that turns up when the month is billed and sent.
func (r *Report) findLog(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	r.Found, err = r.read(ctx, db, by, maillog.Mailman3, filepath.Join(logsDir, foundLog))
	return err
}

// billNext runs the next month, which bills what came late, and finds the lines that say so.
func (r *Report) billNext(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	next := Month.Next().Period()
	if r.NextRun, err = billrun.Run(ctx, db, by(), billrun.Options{Period: next}); err != nil {
		return err
	}
	drafts, err := insight.Bills(ctx, db, insight.Query{Period: next})
	if err != nil {
		return err
	}
	for _, b := range drafts {
		facts, err := insight.Facts(ctx, db, b.ID)
		if err != nil {
			return err
		}
		for i := range facts.Lines {
			if l := &facts.Lines[i]; l.Kind == statement.KindLate {
				r.Late = append(r.Late, Late{Bill: b.ID, Line: l.Number, Customer: b.Customer, Month: l.Month.String(), Method: l.Method,
					Amount: money.Amount{Minor: l.Amount, Currency: facts.Bill.Currency}.String()})
			}
		}
	}
	return nil
}

// draw reads the statement of the customer who disputed.
func (r *Report) draw(ctx context.Context, db *store.DB, _ func() store.By) (err error) {
	r.Statement, err = settle.Statement(ctx, db, disputer)
	return err
}
