package demo

import (
	"bytes"
	"context"
	"math/big"
	"mime"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

// mailed is a mail as a folder shows it.
type mailed struct {
	to, subject string
	test        bool
	content     string // without what is drawn by chance
}

// mailsIn reads the mails of a folder by their names, without the part that is drawn by chance.
func mailsIn(t *testing.T, dir string) map[string]mailed {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]mailed{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 {
			t.Fatalf("%s is to %v: %v", file, to, err)
		}
		_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		content := strings.NewReplacer(params["boundary"], "BOUNDARY", strings.Trim(m.Header.Get("Message-ID"), "<>"), "ID").Replace(string(data))
		name := filepath.Base(file)
		out[name[:strings.LastIndex(name, "_")]] = mailed{to[0].Address, m.Header.Get("Subject"), m.Header.Get("X-Postmeter-Test") != "", content}
	}
	return out
}

var (
	emailField = regexp.MustCompile(`(?m)^    email: (\S+@\S+)$`)
	moreField  = regexp.MustCompile(`(?m)^    additional_addresses: \[(.*)\]$`)
)

// addressesToMail reads in the provider file, in another way than import does, to whom customers' bills go.
func addressesToMail(t *testing.T) map[string][]string {
	t.Helper()
	text, err := embedded.ReadFile(providerFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, part := range strings.Split(string(text), "\n  - company: ")[1:] {
		company, _, _ := strings.Cut(part, "\n")
		if strings.Contains(part, "payment_method: free") {
			continue // kept without a mail, as the settings say
		}
		for _, field := range []*regexp.Regexp{emailField, moreField} {
			if found := field.FindStringSubmatch(part); found != nil {
				out[company] = append(out[company], strings.Split(found[1], ", ")...)
			}
		}
	}
	return out
}

func TestEachInvoiceIsMailedOnceToEachAddress(t *testing.T) {
	dir, report := run(t)
	addresses := addressesToMail(t)
	want, got := []string{}, []string{}
	for _, b := range report.Bills {
		for _, a := range addresses[b.Customer] {
			want = append(want, "Invoice "+b.Number+" from Harbour Lists to "+a)
		}
	}
	for _, m := range mailsIn(t, filepath.Join(dir, mailsDir)) {
		got = append(got, m.subject+" to "+m.to)
		if m.test {
			t.Errorf("a customer got a test: %s", m.subject)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- wanted, + got:\n%s", diff)
	}
	if len(want) != 13 {
		t.Errorf("%d mails should be there, want 13: eleven invoices, one of them to two addresses, and one again", len(want))
	}
}

func TestTheOperatorGotEachDraft(t *testing.T) {
	dir, report := run(t)
	tests := mailsIn(t, filepath.Join(dir, testsDir))
	if int64(len(tests)) != report.Run.Billed || report.Tested.Tested != report.Run.Billed {
		t.Errorf("%d tests are there and %d were sent of %d drafts", len(tests), report.Tested.Tested, report.Run.Billed)
	}
	for name, m := range tests {
		if !m.test || m.to != "desk@harbour-lists.example" || !strings.HasPrefix(m.subject, "[Test] ") {
			t.Errorf("%s is no test for the operator: %q to %s", name, m.subject, m.to)
		}
	}
}

// open opens the demonstration's database.
func open(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Database(dir), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestWhatIsOwedIsWhatWasBilledLessWhatCameIn(t *testing.T) {
	dir, report := run(t)
	db := open(t, dir)
	owed := new(big.Rat)
	for _, b := range report.Bills {
		if b.Status != invoice.StatusVoid {
			owed.Add(owed, rat(b.Total))
		}
	}
	owed.Sub(owed, rat("49.41")) // Alder Press pays what it owes
	owed.Sub(owed, rat("120"))   // Elm News pays a round sum
	surplus := new(big.Rat).Sub(rat("120"), rat("114.12"))
	if got := plus(owed, surplus); report.Receivable != cents(got) {
		t.Errorf("%s is to be received, want %s", report.Receivable, cents(got))
	}
	sum := new(big.Rat)
	for customer := range addressesToMail(t) {
		account, err := settle.Statement(context.Background(), db, customer)
		if err != nil {
			t.Fatal(err)
		}
		checkStatement(t, account)
		sum.Add(sum, rat(account.Owed))
		if customer == "Elm News" && account.Credit != cents(surplus) {
			t.Errorf("Elm News has %s of credit, want %s", account.Credit, cents(surplus))
		}
	}
	if cents(sum) != report.Receivable {
		t.Errorf("the statements come to %s, the receivables to %s", cents(sum), report.Receivable)
	}
	if report.Statement.Owed != report.Bills[len(report.Bills)-1].Total {
		t.Errorf("Birch Community owes %s, want its last bill of %s", report.Statement.Owed, report.Bills[len(report.Bills)-1].Total)
	}
}

// checkStatement adds up a statement row by row.
func checkStatement(t *testing.T, a *settle.Account) {
	t.Helper()
	owed, credit := new(big.Rat), new(big.Rat)
	for _, e := range a.Entries {
		owed.Add(owed, rat(e.Amount))
		credit.Add(credit, rat(e.Credit))
		if e.Owed != cents(owed) || e.Left != cents(credit) {
			t.Errorf("%s: after entry %d it owes %s and has %s; the entries come to %s and %s", a.Customer, e.Entry, e.Owed, e.Left, cents(owed), cents(credit))
		}
	}
	if a.Owed != cents(owed) || a.Credit != cents(credit) {
		t.Errorf("%s owes %s and has %s; its entries come to %s and %s", a.Customer, a.Owed, a.Credit, cents(owed), cents(credit))
	}
}

func TestTheDisputedMonthIsBilledOnceInTheEnd(t *testing.T) {
	dir, report := run(t)
	db := open(t, dir)
	bills := map[string]int{}
	for _, b := range report.Bills {
		if b.Status != invoice.StatusVoid {
			bills[b.Customer]++
			continue
		}
		facts, err := insight.Facts(context.Background(), db, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n := facts.Bill.CreditNote; n == nil || n.Number != b.CreditNote || n.Reason != whyDispute || b.Open != "0.00" {
			t.Errorf("the void bill of %s has the credit note %+v, and %s is open", b.Customer, n, b.Open)
		}
		page, err := os.ReadFile(filepath.Join(dir, b.HTML))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, []byte(b.CreditNote)) || !bytes.Contains(page, []byte(whyDispute)) {
			t.Errorf("the page of the void bill does not say what took it back, and why")
		}
	}
	if bills["Birch Community"] != 1 || len(bills) != len(report.Bills)-1 {
		t.Errorf("%d bills, and these customers have one that is not void: %v", len(report.Bills), bills)
	}
	for _, d := range report.NextRun.UnbilledDays.List {
		if d.Customer != "Ivy Legal" {
			t.Errorf("days of %s are on no bill: %+v", d.Customer, d)
		}
	}
}

func TestALateLogIsBilledByTheNextRun(t *testing.T) {
	dir, report := run(t)
	all, late := entries(t), entriesOf(t, string(found()))
	if report.Found.Counted != int64(len(late)) || len(late) == 0 {
		t.Errorf("%d deliveries of the late log are counted, it has %d", report.Found.Counted, len(late))
	}
	charge := func(e []entry) *big.Rat {
		over := new(big.Rat).Sub(units(e, "cedar-games.example", 1, 30, 0), rat("1"))
		return rat(cents(over.Mul(over, rat("3.50"))))
	}
	want := new(big.Rat).Sub(charge(append(all, late...)), charge(all))
	if len(report.Late) != 1 || report.Late[0].Customer != "Cedar Games" || report.Late[0].Month != "2026-09" || report.Late[0].Amount != cents(want) {
		t.Fatalf("the next run bills %+v, the late log adds up to %s for Cedar Games", report.Late, cents(want))
	}
	if report.NextRun.Late.Lines != 1 || report.NextRun.Late.Total != cents(want) {
		t.Errorf("the run says %+v", report.NextRun.Late)
	}
	db := open(t, dir)
	why, err := insight.Explain(context.Background(), db, report.Late[0].Bill, report.Late[0].Line)
	if err != nil {
		t.Fatal(err)
	}
	if len(why.Corrects) != 1 || len(why.Problems) != 0 {
		t.Errorf("the late line corrects the bills %v: %q", why.Corrects, why.Problems)
	}
	for _, b := range report.NextBills {
		facts, err := insight.Facts(context.Background(), db, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if l := report.Late[0]; b.ID == l.Bill && facts.Lines[l.Line-1].Kind != "late" {
			t.Errorf("line %d of bill %d is %+v", l.Line, l.Bill, facts.Lines[l.Line-1])
		}
	}
}

// TestAnyLaterDay makes the demonstration on days that a rule of payments, numbers or dates might stumble over.
func TestAnyLaterDay(t *testing.T) {
	_, first := run(t)
	for _, at := range []string{"2026-10-01T03:00:00Z", "2026-10-31T23:59:59Z", "2027-01-01T04:59:59Z", "2028-02-29T12:00:00Z", "2041-07-03T00:00:00Z"} {
		day, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), filepath.Join(t.TempDir(), "demo"), func() store.By { return store.By{Actor: "test", At: day} })
		if err != nil {
			t.Errorf("on %s: %v", at, err)
			continue
		}
		if r.Receivable != first.Receivable || r.Run.Total != first.Run.Total || r.NextRun.Total != first.NextRun.Total {
			t.Errorf("on %s it comes to %s, %s and %s; before it was %s, %s and %s", at, r.Receivable, r.Run.Total, r.NextRun.Total,
				first.Receivable, first.Run.Total, first.NextRun.Total)
		}
	}
}

func TestTwoDemonstrationsSendTheSameMails(t *testing.T) {
	one, _ := run(t)
	two, _ := run(t)
	for _, folder := range []string{mailsDir, testsDir} {
		if diff := cmp.Diff(mailsIn(t, filepath.Join(one, folder)), mailsIn(t, filepath.Join(two, folder)), cmp.AllowUnexported(mailed{})); diff != "" {
			t.Errorf("the mails in %s differ:\n%s", folder, diff)
		}
	}
}
