package settle_test

import (
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

// do plays one line.
func (p *play) do(w *words, block []string) (err error) {
	switch verb := w.next(); verb {
	case "import":
		return p.take(strings.Join(block, "\n") + "\n")
	case "today":
		p.today = w.date()
		return w.end()
	case "sent":
		return p.sent(w)
	case "correct":
		return p.correct(w)
	case "members":
		return p.members(w)
	case "run":
		return p.runBills(w)
	case "send":
		customer, month := w.next(), w.month()
		return w.then(func() error { return p.send(customer, month) })
	case "credit":
		customer, amount, reason := w.next(), w.next(), w.because()
		return w.then(func() error {
			_, err := settle.GiveCredit(p.ctx, p.db, p.by(), customer, amount, reason)
			return err
		})
	case "expect":
		return p.expect(w, block)
	default:
		return p.onBill(verb, w)
	}
}

// onBill plays what is done with a bill: pay, take-back, write-off, void.
func (p *play) onBill(verb string, w *words) error {
	customer, month := w.next(), w.month()
	if w.err != nil {
		return w.err
	}
	b, err := p.bill(customer, month)
	if err != nil {
		return err
	}
	switch verb {
	case "pay":
		pay := settle.Payment{BillID: b.ID, Amount: w.next(), Day: p.today}
		if w.maybe("on") {
			pay.Day = w.date()
		}
		if w.maybe("ref") {
			pay.Reference = w.next()
		}
		return w.then(func() error {
			_, err := settle.Pay(p.ctx, p.db, p.by(), pay)
			return err
		})
	case "take-back":
		amount, reason := w.next(), w.because()
		return w.then(func() error { return p.takeBack(&b, amount, reason) })
	case "write-off":
		reason := w.because()
		return w.then(func() error {
			_, err := settle.WriteOff(p.ctx, p.db, p.by(), b.ID, reason)
			return err
		})
	case "void":
		reason := w.because()
		return w.then(func() error {
			_, err := settle.Void(p.ctx, p.db, p.by(), b.ID, reason)
			return err
		})
	}
	return fmt.Errorf("%q is no step: see testdata/README.md", verb)
}

func (p *play) sent(w *words) error {
	day, list, recipients, kb := w.date(), w.list(), w.number(), w.number()
	w.word("KB")
	p.records++
	id := fmt.Sprintf("r%d", p.records)
	if w.maybe("as") {
		id = w.next()
	}
	p.lists[id] = list
	return w.then(func() error {
		return p.report(fmt.Sprintf(`{"id":%q,%s,"at":"%sT12:00:00Z","bytes":%d,"recipients":%d}`, id, list, day, kb*1024, recipients))
	})
}

func (p *play) correct(w *words) error {
	id := w.next()
	w.word("by")
	by, reason := w.number(), w.because()
	p.records++
	return w.then(func() error {
		return p.report(fmt.Sprintf(`{"id":"c%d","corrects":%q,%s,"recipients":%d,"reason":%q}`, p.records, id, p.lists[id], by, reason))
	})
}

func (p *play) members(w *words) error {
	day, list, n := w.date(), w.list(), w.number()
	return w.then(func() error { return p.report(fmt.Sprintf(`{%s,"day":%q,"members":%d}`, list, day.String(), n)) })
}

// runBills runs a month, or days, for all or for some.
func (p *play) runBills(w *words) error {
	var days period.Period
	if first := w.next(); len(first) == len("2026-09") {
		month, err := period.ParseMonth(first)
		if err != nil {
			return err
		}
		days = month.Period()
	} else {
		start, err := period.Parse(first)
		if err != nil {
			return err
		}
		w.word("to")
		days = period.Period{Start: start, End: w.date()}
	}
	var customers []string
	if w.maybe("for") {
		for !w.done() {
			customers = append(customers, w.next())
		}
	}
	return w.then(func() error { return p.run(days, customers...) })
}

func (p *play) expect(w *words, block []string) error {
	switch {
	case w.maybe("lines"):
		b, err := p.named(w)
		if err != nil {
			return err
		}
		got, err := p.lines(b.ID)
		return differ(err, block, got)
	case w.maybe("statement"):
		account, err := p.statement(w.next())
		if err != nil {
			return err
		}
		var got []string
		for _, e := range account.Entries {
			got = append(got, fmt.Sprintf("%s %s %s owed %s credit %s", e.Kind, e.Amount, e.Credit, e.Owed, e.Left))
		}
		return differ(nil, block, got)
	case w.maybe("skipped"):
		return p.skipped(w.next(), w.next())
	case w.maybe("waiting"):
		return p.waiting(w.next(), w.month(), w.next())
	case w.maybe("unbilled"):
		customer, start := w.next(), w.date()
		w.word("to")
		return p.unbilled(customer, start, w.date())
	}
	customer := w.next()
	if w.maybe("owes") {
		return p.owes(customer, w)
	}
	month := w.month()
	b, err := p.bill(customer, month)
	if err != nil {
		return err
	}
	return p.state(&b, w)
}

func (p *play) named(w *words) (b store.BillRow, err error) {
	customer, month := w.next(), w.month()
	if w.err != nil {
		return b, w.err
	}
	return p.bill(customer, month)
}

func (p *play) owes(customer string, w *words) error {
	owed := w.next()
	w.word("credit")
	credit := w.next()
	return w.then(func() error {
		account, err := p.statement(customer)
		if err == nil && (account.Owed != owed || account.Credit != credit) {
			err = fmt.Errorf("%s owes %s and has %s of credit", customer, account.Owed, account.Credit)
		}
		return err
	})
}

// state compares a bill: its status, and the amounts that are named.
func (p *play) state(b *store.BillRow, w *words) error {
	status := w.next()
	if got := b.Axes.Status(); got != invoice.Status(status) {
		return fmt.Errorf("bill %d is %s", b.ID, got)
	}
	for !w.done() {
		what, want := w.next(), w.next()
		minor, known := map[string]int64{"total": b.Axes.Total, "open": b.Axes.Open, "used": b.CreditApplied, "left": b.CreditLeft,
			"given-up": b.Axes.WrittenOff}[what]
		if !known {
			return fmt.Errorf("%q is nothing that a bill has: total, open, used, left or given-up", what)
		}
		if got := (money.Amount{Minor: minor, Currency: b.Currency}).String(); got != want {
			return fmt.Errorf("bill %d: %s is %s", b.ID, what, got)
		}
	}
	return w.err
}

func (p *play) skipped(customer, code string) error {
	for _, s := range p.said.Skipped {
		if s.Customer == customer && strings.Contains(strings.Join(s.Codes, " "), code) {
			return nil
		}
	}
	return fmt.Errorf("the last run skipped %+v", p.said.Skipped)
}

func (p *play) unbilled(customer string, start, end period.Date) error {
	for _, d := range p.said.UnbilledDays.List {
		if d.Customer == customer && d.Start == start.String() && d.End == end.String() {
			return nil
		}
	}
	return fmt.Errorf("the last run found %+v", p.said.UnbilledDays.List)
}

func (p *play) waiting(customer string, month period.Month, amount string) error {
	for _, k := range p.said.Waiting.Bills {
		if k.Customer == customer && k.Month == month.String() && k.Amount == amount {
			return nil
		}
	}
	return fmt.Errorf("the last run found %+v waiting", p.said.Waiting.Bills)
}

func differ(err error, want, got []string) error {
	if err != nil {
		return err
	}
	for i := range want {
		want[i] = strings.Join(strings.Fields(want[i]), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("- wanted, + got:\n%s", diff)
	}
	return nil
}

// paid is the amount of a payment in a statement.
func paid(e *settle.Row) string {
	c := money.MustCurrency("USD")
	amount, err := money.ParseAmount(e.Amount, c)
	if err != nil {
		return err.Error()
	}
	credit, err := money.ParseAmount(e.Credit, c)
	if err != nil {
		return err.Error()
	}
	return money.Amount{Minor: credit.Minor - amount.Minor, Currency: c}.String()
}
