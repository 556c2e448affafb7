package deliver

import (
	"context"
	"errors"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/store"
)

// Preview is what sending would do: what, how many, how much, to whom.
type Preview struct {
	Bills     int64       `json:"bills"` // drafts that would become final
	Currency  string      `json:"currency"`
	Total     string      `json:"total"`
	Mails     int64       `json:"mails"`      // of these bills
	NotMailed int64       `json:"not_mailed"` // bills that would be kept without a mail
	Untested  int64       `json:"untested"`   // bills that were not tested
	Queued    int64       `json:"queued"`     // mails of bills that are final already
	To        []Recipient `json:"to"`         // the first of them
	Skipped   []Skipped   `json:"skipped"`
	From      string      `json:"from"`
	Warnings  []string    `json:"warnings"`
}

// Recipient is a customer who would get a bill.
type Recipient struct {
	Bill      int64    `json:"bill"`
	Customer  string   `json:"customer"`
	Total     string   `json:"total"`
	Addresses []string `json:"addresses"`
	NotMailed string   `json:"not_mailed"` // why nobody is mailed, or ""
	Tested    bool     `json:"tested"`
	Credit    string   `json:"credit_left"` // for the next bill
}

// maxRecipients is how many customers a preview names.
const maxRecipients = 20

// Nothing says whether sending would do nothing.
func (p *Preview) Nothing() bool { return p.Bills+p.Queued == 0 }

// Look says what sending would do, and does none of it. A bill that does not exist is a NotFound fault.
func Look(ctx context.Context, o Order) (*Preview, error) {
	o.setDefaults()
	p := &Preview{To: []Recipient{}, Skipped: []Skipped{}, Warnings: []string{}}
	if err := o.exist(ctx); err != nil {
		return nil, err
	}
	head, err := o.letterhead(ctx)
	if err != nil {
		return nil, err
	}
	p.From, p.Warnings = head.from.Address, append(p.Warnings, head.warnings...)
	var total int64
	at := o.By().At
	err = o.drafts(ctx, func(ids []int64) error {
		return o.DB.Read(ctx, func(s *store.Snapshot) error {
			rows, err := s.BillsByID(ids)
			if err != nil {
				return err
			}
			j, err := newJudge(s, at)
			if err != nil {
				return err
			}
			fit, skipped, err := j.sort(s, rows)
			if err != nil {
				return err
			}
			p.Skipped = append(p.Skipped, o.unsendable(skipped)...)
			for i := range fit {
				if total, err = money.AddMinor(total, fit[i].bill.Axes.Total); err != nil {
					return err
				}
				p.add(&fit[i])
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return p, o.DB.Read(ctx, func(s *store.Snapshot) error {
		set, err := s.Settings()
		if err != nil {
			return err
		}
		p.Currency, p.Total = set.Currency.Code(), money.Amount{Minor: total, Currency: set.Currency}.String()
		p.Queued, err = s.CountQueued(o.Bills)
		return err
	})
}

func (p *Preview) add(r *ready) {
	p.Bills++
	p.Mails += int64(len(r.addresses))
	if len(r.addresses) == 0 {
		p.NotMailed++
	}
	if !r.bill.Axes.Tested {
		p.Untested++
	}
	if len(p.To) < maxRecipients {
		amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: r.bill.Currency}.String() }
		p.To = append(p.To, Recipient{
			Bill: r.bill.ID, Customer: r.bill.Company, Total: amount(r.bill.Axes.Total), Addresses: append([]string{}, r.addresses...),
			NotMailed: r.notMailed, Tested: r.bill.Axes.Tested, Credit: amount(r.bill.CreditLeft),
		})
	}
}

// unsendable leaves out what is no news: bills that were named and sent before, whose mails are taken up again; and,
// where none were named, bills that somebody else has just sent.
func (o *Order) unsendable(skipped []Skipped) (out []Skipped) {
	for _, s := range skipped {
		if s.Reason != ReasonNotDraft || len(o.Bills) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// exist says which of the named bills do not exist.
func (o *Order) exist(ctx context.Context) error {
	return o.DB.Read(ctx, func(s *store.Snapshot) error {
		rows, err := s.BillsByID(o.Bills)
		if err != nil {
			return err
		}
		known := map[int64]bool{}
		for i := range rows {
			known[rows[i].ID] = true
		}
		var missing fault.List
		for _, id := range o.Bills {
			if !known[id] {
				missing = append(missing, fault.New(fault.NotFound, "there is no bill %d", id).Typed(`see "postmeter bill list"`))
			}
		}
		return errors.Join(missing.Err())
	})
}
