package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/settle"
)

// payForm asks for a payment in a bill's currency.
func payForm(c money.Currency) *web.FormSpec {
	return &web.FormSpec{
		Submit: "Record the payment", Undone: "No payment was recorded.",
		Fields: []web.Field{
			{Name: "amount", Label: "Amount", Kind: web.Money, Unit: c.Code(), Required: true, Help: "A part leaves the rest to be paid. What is more becomes credit for the next bill."},
			{Name: "date", Label: "Date", Kind: web.Date, Required: true, Help: "The day on which the money came in."},
			{Name: "reference", Label: "Reference", Help: "The bank's or the payer's words for it. A reference can be used once on a bill."},
		},
	}
}

// reasonForm asks why.
func reasonForm(submit string) *web.FormSpec {
	return &web.FormSpec{Submit: submit, Danger: true, Brief: true, Undone: "Nothing was done.", Fields: []web.Field{{Name: "reason", Label: "Reason", Required: true, Help: "It stays in the customer's history."}}}
}

// settlePage is a form about the money of a bill.
type settlePage struct {
	Form *web.Form
	Says []string // what is so, and what the form does
}

// money reads the bill of a form about its money.
func (s *site) billOf(c *web.Context) (*insight.Whole, error) {
	id, err := c.ID("id")
	if err != nil {
		return nil, err
	}
	return insight.ReadWhole(c.Ctx(), s.DB, id)
}

func settleShow(c *web.Context, status int, w *insight.Whole, title string, p settlePage) error {
	name := w.Row.Number
	if name == "" {
		name = "Draft invoice"
	}
	return c.RenderStatus(status, web.Page{
		Title: title, Crumbs: []web.Crumb{
			{Label: "Bill", Path: "/bill"}, {Label: w.Row.Company, Path: orElse(customerPath(c, w.Row.CustomerID), "/bill")}, {Label: name, Path: pathOf("/bills", w.Row.ID)},
		},
		Lead: "The bill of " + w.Row.Company + " for " + days(w.Row.Period) + ". Its total is " + amountText(w.Row.Axes.Total, w.Row.Currency) + ".",
	}, settleView(p))
}

// pay asks for a payment.
func (s *site) pay(c *web.Context) error {
	w, err := s.billOf(c)
	if err != nil {
		return err
	}
	times, err := insight.ReadTimes(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	f := web.NewForm(payForm(w.Row.Currency), c.R.URL.Path, pathOf("/bills", w.Row.ID), nil)
	f.Values = url.Values{"date": {times.Today.Text()}, "amount": {money.Amount{Minor: max(0, w.Facts.Bill.Open()), Currency: w.Row.Currency}.String()}}
	return payShow(c, http.StatusOK, w, f)
}

func payShow(c *web.Context, status int, w *insight.Whole, f *web.Form) error {
	open := "Nothing is to be paid on this bill any more: the whole payment becomes credit."
	if w.Facts.Bill.Open() > 0 {
		open = "To be paid: " + amountText(w.Facts.Bill.Open(), w.Row.Currency) + "."
	}
	return settleShow(c, status, w, "Record a payment", settlePage{Form: f, Says: []string{open}})
}

// paySave records a payment.
func (s *site) paySave(c *web.Context) error {
	w, err := s.billOf(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, payForm(w.Row.Currency), pathOf("/bills", w.Row.ID))
	if err != nil {
		return err
	}
	day, err := period.Parse(f.Get("date"))
	if err != nil {
		f.Faults.Add("date", "is no date: type one such as 2026-09-01")
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			b, err := settle.Pay(c.Ctx(), s.DB, c.By(), settle.Payment{BillID: w.Row.ID, Amount: strings.ReplaceAll(f.Get("amount"), ",", ""), Day: day, Reference: f.Get("reference")})
			if err != nil {
				return "", "", fieldFaults(err)
			}
			said := "The payment is recorded. To be paid: " + statement.Thousands(b.Open) + " " + b.Currency + "."
			if none := (money.Amount{Currency: w.Row.Currency}); b.Credit != none.String() {
				said += " " + statement.Thousands(b.Credit) + " " + b.Currency + " became credit."
			}
			return pathOf("/bills", w.Row.ID), said, nil
		},
		Show: func(status int) error { return payShow(c, status, w, f) },
	})
}

// fieldFaults makes places of forms out of flags of commands, and shows what contradicts the state of things beside what was typed.
func fieldFaults(err error) error {
	var list fault.List
	var one *fault.Error
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = fault.List{one}
	default:
		return err
	}
	out := fault.List{}
	for _, e := range list {
		if e.Kind != fault.Invalid && e.Kind != fault.Conflict {
			return err
		}
		out = append(out, &fault.Error{Kind: fault.Invalid, Place: strings.TrimPrefix(e.Place, "--"), Message: e.Message, Cause: err})
	}
	return out
}

// reasoned is a booking that needs nothing but a reason.
type reasoned struct {
	title, submit string
	says          func(*web.Context, *insight.Whole) ([]string, error)
	do            func(*web.Context, *insight.Whole, string) (said string, err error)
}

func (r *reasoned) ask(s *site, c *web.Context) error {
	w, err := s.billOf(c)
	if err != nil {
		return err
	}
	return r.show(c, http.StatusOK, w, web.NewForm(reasonForm(r.submit), c.R.URL.Path, pathOf("/bills", w.Row.ID), nil))
}

func (r *reasoned) show(c *web.Context, status int, w *insight.Whole, f *web.Form) error {
	says, err := r.says(c, w)
	if err != nil {
		return err
	}
	return settleShow(c, status, w, r.title, settlePage{Form: f, Says: says})
}

func (r *reasoned) save(s *site, c *web.Context) error {
	w, err := s.billOf(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, reasonForm(r.submit), pathOf("/bills", w.Row.ID))
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			said, err := r.do(c, w, f.Get("reason"))
			if err != nil {
				return "", "", fieldFaults(err)
			}
			return pathOf("/bills", w.Row.ID), said, nil
		},
		Show: func(status int) error { return r.show(c, status, w, f) },
	})
}

func (s *site) reversing() *reasoned {
	return &reasoned{
		title: "Take a booking back", submit: "Take it back",
		says: func(c *web.Context, w *insight.Whole) ([]string, error) {
			entry, err := c.ID("entry")
			if err != nil {
				return nil, err
			}
			for i := range w.Entries {
				if e := &w.Entries[i]; e.ID == entry {
					return []string{entryWord(e.Kind) + ": " + sumText(entrySum(e), e.Currency) + " on " + e.Day.Text() + ". " +
						"It is taken back by an entry of its own: what it paid is owed again, and credit that it gave is taken back as far as it is still there."}, nil
				}
			}
			return nil, fault.New(fault.NotFound, "There is no such booking on this bill.")
		},
		do: func(c *web.Context, w *insight.Whole, reason string) (string, error) {
			entry, err := c.ID("entry")
			if err != nil {
				return "", err
			}
			b, err := settle.TakeBack(c.Ctx(), s.DB, c.By(), w.Row.ID, entry, settle.Today, reason)
			if err != nil {
				return "", err
			}
			return "It is taken back. To be paid: " + statement.Thousands(b.Open) + " " + b.Currency + ".", nil
		},
	}
}

func (s *site) takeBack(c *web.Context) error     { return s.reversing().ask(s, c) }
func (s *site) takeBackSave(c *web.Context) error { return s.reversing().save(s, c) }

func (s *site) givingUp() *reasoned {
	return &reasoned{
		title: "Write off", submit: "Write off what is to be paid",
		says: func(_ *web.Context, w *insight.Whole) ([]string, error) {
			return []string{"To be paid: " + amountText(w.Facts.Bill.Open(), w.Row.Currency) + ". It is given up: nobody owes it any more, and the bill never counts as paid. It can be taken back."}, nil
		},
		do: func(c *web.Context, w *insight.Whole, reason string) (string, error) {
			b, err := settle.WriteOff(c.Ctx(), s.DB, c.By(), w.Row.ID, reason)
			if err != nil {
				return "", err
			}
			return statement.Thousands(b.GivenUp) + " " + b.Currency + " is written off.", nil
		},
	}
}

func (s *site) writeOff(c *web.Context) error     { return s.givingUp().ask(s, c) }
func (s *site) writeOffSave(c *web.Context) error { return s.givingUp().save(s, c) }

func (s *site) voiding() *reasoned {
	return &reasoned{
		title: "Void", submit: "Void the bill",
		says: func(c *web.Context, w *insight.Whole) ([]string, error) {
			v, err := settle.PreviewVoid(c.Ctx(), s.DB, c.By(), w.Row.ID, "to see what it does")
			if fault.KindOf(err) == fault.Conflict {
				return []string{fault.MessageOf(err)}, nil
			}
			if err != nil {
				return nil, err
			}
			return []string{
				"A credit note with a number of its own takes back " + statement.Thousands(v.Taken) + " " + v.Currency + ". The bill itself stays as it is, and counts as void.",
				"What was paid on it, " + statement.Thousands(v.Paid) + " " + v.Currency + ", becomes credit. The customer's credit is then " + statement.Thousands(v.Left) + " " + v.Currency + ".",
				"Its days, one-time charges and corrections can be billed again. Drafts of the customer are to be run again.",
			}, nil
		},
		do: func(c *web.Context, w *insight.Whole, reason string) (string, error) {
			v, err := settle.Void(c.Ctx(), s.DB, c.By(), w.Row.ID, reason)
			if err != nil {
				return "", err
			}
			return "The bill is void. The credit note is " + v.CreditNote + ".", nil
		},
	}
}

func (s *site) void(c *web.Context) error     { return s.voiding().ask(s, c) }
func (s *site) voidSave(c *web.Context) error { return s.voiding().save(s, c) }
