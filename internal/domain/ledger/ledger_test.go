package ledger_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

const (
	issued = period.Date(20000)
	today  = period.Date(20100)
)

var usd = money.MustCurrency("USD")

// book is a customer's ledger under construction.
type book struct {
	t       *testing.T
	entries []ledger.Entry
	bills   []ledger.Document
}

func (b *book) add(e ledger.Entry, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	e.ID = int64(len(b.entries) + 1)
	b.entries = append(b.entries, e)
	if wrong := ledger.Audit(b.bills, b.entries); len(wrong) > 0 {
		b.t.Fatal(strings.Join(wrong, "\n"))
	}
}

// final makes a bill final.
func (b *book) final(id, total, applied, added int64) *ledger.Bill {
	b.t.Helper()
	bill := ledger.Bill{CustomerID: 1, ID: id, Day: issued, Currency: usd, Total: total, CreditApplied: applied, CreditAdded: added}
	balance, err := ledger.BalanceOf(b.entries)
	if err != nil {
		b.t.Fatal(err)
	}
	posted, err := ledger.Post(&bill, balance.Credit)
	if err != nil {
		b.t.Fatal(err)
	}
	b.bills = append(b.bills, ledger.Document{Bill: bill, Final: true})
	for _, e := range posted {
		e.ID = int64(len(b.entries) + 1)
		b.entries = append(b.entries, e)
	}
	return &bill
}

func (b *book) pay(bill *ledger.Bill, amount int64, reference string) int64 {
	b.t.Helper()
	b.add(ledger.Pay(bill, b.entries, ledger.Money{Amount: amount, Day: today, Reference: reference}, today))
	return int64(len(b.entries))
}

func (b *book) takeBack(id int64) {
	b.t.Helper()
	b.add(ledger.TakeBack(b.entries, id, today, "wrong"))
}

func (b *book) void(bill *ledger.Bill) {
	b.t.Helper()
	e, err := ledger.CancelBill(bill, b.entries, today, "wrong")
	for i := range b.bills {
		if b.bills[i].ID == bill.ID {
			b.bills[i].Final, b.bills[i].Void = false, true
		}
	}
	b.add(e, err)
}

func (b *book) want(owed, credit int64) {
	b.t.Helper()
	got, err := ledger.BalanceOf(b.entries)
	if err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(ledger.Balance{Owed: owed, Credit: credit}, got); diff != "" {
		b.t.Error(diff)
	}
}

// stands compares what has become of a bill.
func (b *book) stands(bill *ledger.Bill, want ledger.Standing) {
	b.t.Helper()
	if diff := cmp.Diff(want, ledger.StandingOf(b.entries, bill.ID)); diff != "" {
		b.t.Error(diff)
	}
}

func TestPartPaymentsAndOneTooMuch(t *testing.T) {
	b := &book{t: t}
	bill := b.final(7, 1000, 0, 0)
	b.want(1000, 0)
	b.pay(bill, 400, "a")
	b.want(600, 0)
	b.pay(bill, 700, "b")
	b.want(0, 100)
	b.pay(bill, 50, "c")
	b.want(0, 150)
}

func TestABillBelowZeroIsCarriedOver(t *testing.T) {
	b := &book{t: t}
	first := b.final(1, 0, 0, 500)
	b.want(0, 500)
	second := b.final(2, 700, 300, 0)
	b.want(700, 200)
	b.void(second)
	b.want(0, 500)
	b.void(first)
	b.want(0, 0)
}

func TestVoidingAPaidBillLeavesWhatWasPaidAsCredit(t *testing.T) {
	b := &book{t: t}
	bill := b.final(1, 1000, 0, 0)
	b.pay(bill, 300, "")
	payment := b.pay(bill, 900, "")
	b.want(0, 200)
	b.void(bill)
	b.want(0, 1200)
	b.takeBack(payment) // the bank took it back
	b.want(0, 300)
}

func TestAWrongPaymentIsTakenFromItsSurplusFirst(t *testing.T) {
	b := &book{t: t}
	bill := b.final(1, 1000, 0, 0)
	twice := b.pay(bill, 1000, "1")
	b.pay(bill, 1000, "2")
	b.want(0, 1000)
	b.takeBack(twice)
	b.want(0, 0)
	again := b.pay(bill, 30, "1") // the reference is free again
	b.takeBack(again)
	b.want(0, 0)
}

func TestTakingBackWhatOthersSpentNamesThem(t *testing.T) {
	b := &book{t: t}
	bill := b.final(1, 1000, 0, 0)
	payment := b.pay(bill, 1500, "")
	second := b.final(2, 0, 500, 0)
	_, err := ledger.TakeBack(b.entries, payment, today, "bounced")
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "5.00 USD is missing") || !strings.Contains(err.Error(), "void what spent it (bill 2)") {
		t.Fatalf("got %v", err)
	}
	b.void(second)
	b.takeBack(payment)
	b.want(1000, 0)
}

func TestVoidingABillWhoseCreditWasSpentNamesTheSpenders(t *testing.T) {
	b := &book{t: t}
	first := b.final(1, 0, 0, 500)
	b.final(2, 100, 300, 0)
	b.final(3, 100, 200, 0)
	_, err := ledger.CancelBill(first, b.entries, today, "wrong")
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "(bill 3, then 2)") {
		t.Fatalf("got %v", err)
	}
}

func TestGivenCreditAndWriteOffs(t *testing.T) {
	b := &book{t: t}
	b.add(ledger.Give(1, b.entries, money.Amount{Minor: 250, Currency: usd}, today, "sorry"))
	given := int64(len(b.entries))
	bill := b.final(1, 1000, 0, 0)
	b.pay(bill, 400, "")
	b.add(ledger.GiveUp(bill, b.entries, today, "bankrupt"))
	off := int64(len(b.entries))
	b.want(0, 250)
	b.stands(bill, ledger.Standing{Paid: 400, WrittenOff: 600})
	b.takeBack(off)
	b.want(600, 250)
	b.stands(bill, ledger.Standing{Open: 600, Paid: 400})
	b.add(ledger.GiveUp(bill, b.entries, today, "bankrupt"))
	b.void(bill)
	b.want(0, 650)
	b.takeBack(given)
	b.want(0, 400)
}

func TestRefusals(t *testing.T) {
	b := &book{t: t}
	bill := b.final(1, 1000, 0, 0)
	payment := b.pay(bill, 400, "")
	named := b.pay(bill, 100, "RF18")
	b.takeBack(payment)
	pay := func(m ledger.Money) error {
		_, err := ledger.Pay(bill, b.entries, m, today)
		return err
	}
	back := func(id int64) error {
		_, err := ledger.TakeBack(b.entries, id, today, "")
		return err
	}
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"nothing", pay(ledger.Money{Day: today}), "must be above 0"},
		{"less than nothing", pay(ledger.Money{Amount: -5, Day: today}), "-0.05 USD is no payment"},
		{"tomorrow", pay(ledger.Money{Amount: 5, Day: today + 1}), "is after today"},
		{"another year", pay(ledger.Money{Amount: 5, Day: issued - 400}), "see the year"},
		{"the reference again", pay(ledger.Money{Amount: 5, Day: today, Reference: "RF18"}), `has a payment with the reference "RF18" already, entry 3`},
		{"taken back", back(payment), "was taken back already"},
		{"a taking back", back(named + 1), "record the payment again"},
		{"a bill", back(1), "is no payment (invoice)"},
		{"no entry", back(99), "has no entry 99"},
		{"more credit than there is", func() error {
			_, err := ledger.Post(&ledger.Bill{ID: 2, Currency: usd, CreditApplied: 1}, 0)
			return err
		}(), "run the bill again"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, test.err, test.want)
		}
	}
	b.pay(bill, 400, "") // the first was taken back, so this is another one
	if err := pay(ledger.Money{Amount: 400, Day: today}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same payment twice: got %v", err)
	}
}

func TestAnAuditFindsWhatDoesNotAddUp(t *testing.T) {
	b := &book{t: t}
	bill := b.final(1, 1000, 0, 0)
	b.pay(bill, 400, "")
	for _, test := range []struct {
		name  string
		spoil func([]ledger.Entry, []ledger.Document) ([]ledger.Entry, []ledger.Document)
	}{
		{"a lost payment", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			e[1].Amount = -300
			e[1].Credit = -100
			return e, d
		}},
		{"a bill that says otherwise", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			d[0].Total = 900
			return e, d
		}},
		{"a bill without an entry", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			return e[:0], d
		}},
		{"a draft with entries", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			d[0].Final = false
			return e, d
		}},
		{"an invoice twice", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			again := e[0]
			again.ID = 9
			return append(e, again), d
		}},
		{"a write-off that more came of", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			return append(e, ledger.Entry{ID: 9, BillID: 1, Kind: ledger.WriteOff, Amount: -600, Credit: 50}), d
		}},
		{"something that is neither paid nor written off", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			return append(e, ledger.Entry{ID: 9, BillID: 1, Kind: ledger.Credit, Amount: -100, Credit: 100}), d
		}},
		{"a void bill that is owed", func(e []ledger.Entry, d []ledger.Document) ([]ledger.Entry, []ledger.Document) {
			d[0].Final, d[0].Void = false, true
			return append(e, ledger.Entry{ID: 9, BillID: 1, Kind: ledger.CreditNote, Amount: -100}), d
		}},
	} {
		entries, documents := test.spoil(append([]ledger.Entry(nil), b.entries...), append([]ledger.Document(nil), b.bills...))
		if wrong := ledger.Audit(documents, entries); len(wrong) == 0 {
			t.Errorf("%s was not found", test.name)
		}
	}
}

func TestAStatementRunsAlong(t *testing.T) {
	b := &book{t: t}
	bill := b.final(1, 1000, 0, 0)
	payment := b.pay(bill, 1500, "")
	b.takeBack(payment)
	rows, err := ledger.Statement(b.entries)
	if err != nil {
		t.Fatal(err)
	}
	var got []ledger.Balance
	for _, r := range rows {
		got = append(got, r.After)
	}
	want := []ledger.Balance{{Owed: 1000}, {Credit: 500}, {Owed: 1000}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if rows[0].Void || !rows[1].Void || rows[2].Void {
		t.Error("only the payment was taken back")
	}
}
