package deliver

import (
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
)

// Result is what became of an order.
type Result struct {
	Sent        int64     `json:"sent"` // bills that became final
	Currency    string    `json:"currency"`
	Total       string    `json:"total"`      // of those
	NotMailed   int64     `json:"not_mailed"` // of those: kept without a mail, as the settings say
	Mails       Counts    `json:"mails"`
	Refused     []Trouble `json:"refused"`     // the mail server will never take them
	Waiting     []Trouble `json:"waiting"`     // to be tried again later
	Unconfirmed []Trouble `json:"unconfirmed"` // nobody knows whether they arrived: they wait for a decision
	Skipped     []Skipped `json:"skipped"`     // bills that were not sent
	Warnings    []string  `json:"warnings"`

	total    int64
	currency money.Currency
}

// Counts counts mails by what became of them.
type Counts struct {
	Sent        int64 `json:"sent"`
	Refused     int64 `json:"refused"`
	Waiting     int64 `json:"waiting"`
	Unconfirmed int64 `json:"unconfirmed"`
}

// Trouble is a mail that was not simply taken.
type Trouble struct {
	Bill     int64  `json:"bill"`
	Number   string `json:"number"`
	Customer string `json:"customer"`
	Address  string `json:"address"`
	Detail   string `json:"detail"`
}

// maxTroubles is how many mails of each kind are named; the counts count all.
const maxTroubles = 1000

func newResult() *Result {
	return &Result{Refused: []Trouble{}, Waiting: []Trouble{}, Unconfirmed: []Trouble{}, Skipped: []Skipped{}, Warnings: []string{}}
}

// mailed counts what became of a mail.
func (r *Result) mailed(d *store.Delivery, f *statement.Facts) {
	t := Trouble{Bill: d.BillID, Address: d.Address, Detail: d.Detail}
	if f != nil {
		t.Number, t.Customer = f.Bill.Number, f.Customer.Company
	}
	switch d.State {
	case store.Sent:
		r.Mails.Sent++
	case store.Refused:
		r.Mails.Refused++
		r.Refused = append(r.Refused, t)[:min(len(r.Refused)+1, maxTroubles)]
	case store.Unconfirmed:
		r.Mails.Unconfirmed++
		r.Unconfirmed = append(r.Unconfirmed, t)[:min(len(r.Unconfirmed)+1, maxTroubles)]
	case store.Queued:
		r.Mails.Waiting++
		r.Waiting = append(r.Waiting, t)[:min(len(r.Waiting)+1, maxTroubles)]
	}
}
