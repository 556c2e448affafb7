package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/store/storetest"
)

// desk types commands at a time that it sets.
type desk struct {
	t   *testing.T
	dir string
	url string
	now string
}

// run runs a command line and returns its exit code and what it printed.
func (o *desk) run(args ...string) (code int, stdout, stderr string) {
	o.t.Helper()
	var out, errs strings.Builder
	env := map[string]string{"POSTMETER_DB": o.url, "POSTMETER_SMTP": "file:" + filepath.Join(o.dir, "mails"),
		"POSTMETER_KEY_FILE": filepath.Join(o.dir, "key")}
	p := Program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Env: func(name string) string { return env[name] },
		Now: func() time.Time {
			at, err := time.Parse(time.DateOnly, o.now)
			if err != nil {
				o.t.Fatal(err)
			}
			return at.Add(12 * time.Hour)
		}}
	code = p.Run(context.Background(), args)
	return code, out.String(), errs.String()
}

// does runs a command that must succeed, and returns what it printed.
func (o *desk) does(line string) string {
	o.t.Helper()
	code, out, errs := o.run(split(line)...)
	if code != exitDone {
		o.t.Fatalf("%s: exit code %d: %s", line, code, errs)
	}
	return out
}

// refuses runs a command that must fail with a code and say something.
func (o *desk) refuses(want int, line, says string) {
	o.t.Helper()
	code, out, errs := o.run(split(line)...)
	if code != want || out != "" || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 {
		o.t.Errorf("%s: exit code %d, want %d; it printed %q and said %q, want %q", line, code, want, out, errs, says)
	}
}

// split cuts a command line into words; a text in quotes is one.
func split(line string) (words []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

const settleProvider = `
currency: USD
company: {name: Example Lists}
settings: {billing_admin_email: billing@lists.test}
plans: [{id: std, name: Standard, monthly_price: "1250"}]
servers: [{name: s1, host: s1.test, kind: manual}]
lists: [{server: s1, site: acme.test, list: news}]
customers:
  - company: Acme & Sons
    email: billing@acme.test
    start: 2026-09-01
    groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: acme.test, list: news}]}]
`

func newDesk(t *testing.T, url string) *desk {
	o := &desk{t: t, dir: t.TempDir(), url: url, now: "2026-10-01"}
	file := filepath.Join(o.dir, "provider.yaml")
	if err := os.WriteFile(file, []byte(settleProvider), 0o600); err != nil {
		t.Fatal(err)
	}
	o.does("import " + file)
	o.does("bill run --start 2026-09-01 --end 2026-09-30")
	return o
}

// An operator's autumn: a bill is sent, paid in parts and too much, disputed, voided and billed again.
func TestABillIsPaidDisputedAndBilledAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := newDesk(t, url)
		o.refuses(exitFailed, "bill pay 1 --amount 5 --date 2026-10-01", `bill 1 is a draft and cannot be paid: send it first ("postmeter bill send 1")`)
		o.does("bill send 1 --yes")
		o.now = "2026-10-20"
		wants(t, o.does("bill pay 1 --amount 1000.00 --date 2026-10-05 --reference RF18 --text"),
			"Booked as entry 2 of 2026-10-05: payment for bill 1 (2026-00001) of Acme & Sons\nThe bill is sent; 250.00 USD of it is open\n"+
				"Acme & Sons owes 250.00 USD in all and has 0.00 USD of credit\n")
		wants(t, o.does("bill pay 1 --amount 300 --date 2026-10-06"), `{
  "entry": 3,
  "kind": "payment",
  "customer": "Acme & Sons",
  "bill": 1,
  "number": "2026-00001",
  "date": "2026-10-06",
  "currency": "USD",
  "amount": "-250.00",
  "credit": "50.00",
  "open": "0.00",
  "status": "paid",
  "owed": "0.00",
  "credit_left": "50.00"
}
`)
		o.does(`bill pay 1 --reverse 3 --reason "typed wrong"`)
		o.refuses(exitFailed, `bill void 1 --reason "wrong plan"`, "It voids bill 1 (2026-00001) of Acme & Sons over 1,250.00 USD. "+
			"Of that 1,000.00 was paid and becomes credit. Afterwards Acme & Sons owes 0.00 and has 1,000.00 of credit. Nobody can be asked here, so nothing was done: answer with --yes")
		wants(t, o.does(`bill void 1 --reason "wrong plan" --yes --text`), "Credit note CN-2026-00001 of 2026-10-20 over 1,250.00 USD takes back bill 1 (2026-00001) of Acme & Sons\n"+
			"Acme & Sons owes 0.00 USD in all and has 1,000.00 USD of credit\nIts days can be billed again: postmeter bill run\n")
		wants(t, o.does("report unbilled --from 2026-10-01 --to 2026-10-31 --csv"),
			"what,reason,customer,list,start,end,days,messages,recipients,amount\ndays,,Acme & Sons,,2026-09-01,2026-09-30,30,,,\n")
		o.does("bill run --start 2026-09-01 --end 2026-09-30")
		wants(t, o.does("report unbilled --text"), "Everything until 2026-09-30 is billed, or will be by its run.\n")
		o.does("bill send 2 --yes")
		wants(t, o.does(`bill write-off 2 --reason "not worth it" --text`), "Booked as entry 7 of 2026-10-20: write off for bill 2 (2026-00002) of Acme & Sons\n"+
			"The bill is sent; 0.00 USD of it is open, and 250.00 USD is written off\nAcme & Sons owes 0.00 USD in all and has 0.00 USD of credit\n")
		wants(t, o.does("bill list --text"), `ID  NUMBER      CUSTOMER     START       END         STATUS                    TOTAL
 1  2026-00001  Acme & Sons  2026-09-01  2026-09-30  void by CN-2026-00001  1,250.00  USD
 2  2026-00002  Acme & Sons  2026-09-01  2026-09-30  sent, written off        250.00  USD
`)
		says(t, o.does("bill show 1 --format text"), "INVOICE 2026-00001 - VOID", "Credit note     CN-2026-00001 of 2026-10-20",
			"Credit note CN-2026-00001 of 2026-10-20 for USD 1,250.00 voids this invoice:\nwrong plan.")
		says(t, o.does("bill show 1 --format html"), "voids this invoice: wrong plan.")
		says(t, o.does("bill show 1 --format json"), `"number": "CN-2026-00001",`, `"date": "2026-10-20",`, `"reason": "wrong plan"`, `"open": "0.00"`)
		says(t, o.does("bill show 2 --format text"), "WRITTEN OFF  ", "Nothing is due any more.", "Written off  ")
		says(t, o.does("bill show 2 --format json"), `"status": "sent"`, `"paid": "0.00"`, `"written_off": "250.00"`, `"open": "0.00"`)
		o.does(`customer credit "Acme & Sons" --amount 5 --reason "for the trouble"`)
		wants(t, o.does(`customer statement "Acme & Sons" --text`), `DATE        ENTRY  WHAT         BILL  NUMBER            AMOUNT     CREDIT      OWED  CREDIT LEFT  NOTE
2026-10-01      1  invoice         1  2026-00001      1,250.00             1,250.00         0.00  taken back
2026-10-05      2  payment         1  2026-00001     -1,000.00               250.00         0.00  RF18
2026-10-06      3  payment         1  2026-00001       -250.00      50.00      0.00        50.00  taken back
2026-10-20      4  reversal        1  2026-00001        250.00     -50.00    250.00         0.00  of entry 3, typed wrong
2026-10-20      5  credit note     1  CN-2026-00001    -250.00   1,000.00      0.00     1,000.00  wrong plan
2026-10-20      6  invoice         2  2026-00002        250.00  -1,000.00    250.00         0.00  250.00 written off
2026-10-20      7  write off       2  2026-00002       -250.00                 0.00         0.00  not worth it
2026-10-20      8  credit                                            5.00      0.00         5.00  for the trouble

Acme & Sons owes 0.00 USD and has 5.00 USD of credit.
`)
	})
}

func TestWrongCommandLinesOfPayments(t *testing.T) {
	o := newDesk(t, storetest.SQLite(t))
	for line, says := range map[string]string{
		"bill pay 1":                                         "say what came in and when",
		"bill pay 1 --amount 5":                              "say what came in and when",
		"bill pay 1 --amount 5 --date 2026-02-30":            "--date: 2026-02-30 is a date that does not exist",
		"bill pay 1 --amount 5 --date 2026-10-01 --reason x": "--reason is for --reverse",
		"bill pay 1 --reverse 2":                             "--reverse needs --reason",
		"bill pay 1 --reverse 2 --reason x --amount 5":       "without --amount and --reference",
		"bill void 1":                                        "--reason",
		"report unbilled --from 2026-10-01":                  "--from and --to belong together",
		"report unbilled --from 2026-10-02 --to 2026-10-01":  "--to 2026-10-01 is before --from 2026-10-02",
		"customer credit Acme --reason x":                    "say how much with --amount",
	} {
		o.refuses(exitUsage, line, says)
	}
	o.refuses(exitFailed, "bill pay 99 --amount 5 --date 2026-10-01", "there is no bill 99")
	o.refuses(exitFailed, "bill void 1 --reason x --yes", "a draft is simply run again")
	o.refuses(exitFailed, "customer statement Nobody", `there is no customer "Nobody"`)
	if got := o.does(`customer statement "Acme & Sons" --text`); got != "Nothing was booked for Acme & Sons yet.\n" {
		t.Errorf("an empty statement says %q", got)
	}
	wants(t, o.does(`customer statement "Acme & Sons"`), `{
  "customer": "Acme & Sons",
  "currency": "USD",
  "entries": [],
  "owed": "0.00",
  "credit": "0.00"
}
`)
}

// says looks for texts in what a command printed.
func says(t *testing.T, got string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("%q is missing in\n%s", text, got)
		}
	}
}

func wants(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- wanted, + got:\n%s", diff)
	}
}
