package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"postmeter/internal/app/demo"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/validation"
)

type demoCmd struct {
	Dir    string `placeholder:"FOLDER" help:"Folder to make; one of an earlier demonstration is made anew (default: ${default})." default:"postmeter-demo"`
	Serve  bool   `negatable:"" default:"true" help:"Serve the pages on it afterwards, until told to stop; --no-serve ends here."`
	Listen string `placeholder:"HOST:PORT" help:"Where to listen (default: 127.0.0.1:8080, or another port if that one is taken)."`
}

// Help shows an example.
func (*demoCmd) Help() string {
	return example("postmeter demo", "postmeter demo --dir /tmp/try --no-serve", "postmeter demo --listen 127.0.0.1:9000")
}

// Run makes the demonstration, prints what came of it, and serves the pages on it.
func (cmd *demoCmd) Run(c *Context) error {
	report, err := demo.Run(c, cmd.Dir, c.By)
	if err != nil {
		return err
	}
	if c.JSONAsked {
		err = c.PrintJSON(report)
	} else {
		err = printDemo(c.Stdout, report)
	}
	if err != nil || !cmd.Serve {
		return err
	}
	return cmd.serve(c)
}

func printDemo(w io.Writer, r *demo.Report) error {
	var b strings.Builder
	run := r.Run
	fmt.Fprintf(&b, "Harbour Lists, %s to %s: a provider that does not exist\n", run.Start, run.End)
	demoMetered(&b, r)
	for _, part := range []func(*strings.Builder, *demo.Report) error{demoBills, demoStory, demoStatement, demoSkipped, demoUnbilled} {
		if err := part(&b, r); err != nil {
			return err
		}
	}
	demoNext(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

func demoMetered(b *strings.Builder, r *demo.Report) {
	i, m := r.Imported, r.Metered
	fmt.Fprintf(b, "\n  imported  %d customers, %d plans, %d charges, %d lists on %d server\n",
		i.Customers.Added, i.Plans.Added, i.Charges.Added, i.Lists.Added, i.Servers.Added)
	fmt.Fprintf(b, "  metered   %s deliveries in the two parts of a Mailman log: %s counted,\n            %s of lists that nobody knows; %s forged line, not believed\n",
		number(m.Records), number(m.Counted), number(m.UnknownList), number(m.Unparsed))
	fmt.Fprintf(b, "  reported  %s records from elsewhere, with a correction and the members of two lists\n", number(r.Reported.Records))
	fmt.Fprintf(b, "  billed    %s %s to %d customers\n", statement.Thousands(r.Run.Total), r.Run.Currency, r.Run.Billed)
	fmt.Fprintf(b, "  tested    %d drafts, by mails to the operator: %s\n", r.Tested.Tested, r.Tested.To)
	fmt.Fprintf(b, "  sent      %d invoices: %d mails, and %d kept without a mail, as the settings say\n", r.Sent.Sent, r.Sent.Mails.Sent, r.Sent.NotMailed)
}

// demoSkipped says who got no bill, in the words of the validation.
func demoSkipped(b *strings.Builder, r *demo.Report) error {
	b.WriteString("\nNot billed\n")
	t := newTable("", "", "")
	for _, s := range r.Run.Skipped {
		why := strings.Join(s.Codes, ", ")
		for _, f := range r.Findings {
			if f.Customer == s.Customer && f.Severity == validation.Error {
				why = string(f.Code) + ": " + f.Message
			}
		}
		t.add("", s.Customer, why)
	}
	if r.Run.House > 0 {
		t.add("", fmt.Sprintf("%d house account", r.Run.House), "the provider's own lists, not billed on purpose")
	}
	return t.print(b)
}

func demoUnbilled(b *strings.Builder, r *demo.Report) error {
	b.WriteString("\nUsage that is on no bill\n")
	t := newTable("", "LIST", "COPIES>", "FROM", "TO", "WHY")
	for _, u := range r.Run.UnbilledUsage.List {
		why, known := demoReasons[u.Reason]
		if !known {
			why = u.Reason
		}
		t.add("", u.List, number(u.Recipients), u.Start, u.End, why)
	}
	return t.print(b)
}

// demoReasons are the reasons that this provider has, in words.
var demoReasons = map[string]string{
	"never_assigned": "no customer has it",
	"unknown_list":   "no such list is known",
	"after_end":      "its customer had ended",
}

// The customers whose bills are shown as examples: one by tiers, and one with few and large deliveries.
const (
	demoShown     = "Elm News"
	demoExplained = "Fir & Sons"
)

func demoNext(b *strings.Builder, r *demo.Report) {
	shown, explained := demoBill(r.Bills, demoShown), demoBill(r.Bills, demoExplained)
	fmt.Fprintf(b, "\nOpen in a browser, or in a mail program\n")
	for _, file := range []string{shown.HTML, demoVoid(r).HTML, demoLate(r).HTML, "mails/*.eml"} {
		fmt.Fprintf(b, "  %s\n", filepath.Join(r.Dir, file))
	}
	fmt.Fprintf(b, "\nGo on from here\n  export POSTMETER_DB=%s POSTMETER_SMTP=%s\n", demo.Database(r.Dir), demo.Mails(r.Dir))
	for _, line := range []string{
		"bill list",
		fmt.Sprintf("bill show %d", shown.ID),
		fmt.Sprintf("bill explain %d 2", explained.ID),
		fmt.Sprintf("customer statement %q", demoShown),
		fmt.Sprintf("bill pay %d --amount %s --date %s", explained.ID, explained.Total, r.Payments[0].Date),
		"report unbilled",
		"bill send",
		"export",
	} {
		b.WriteString("  ./postmeter " + line + "\n")
	}
	fmt.Fprintf(b, "\nWhat it was made from: %s, and the folder %s\n", filepath.Join(r.Dir, "provider.yaml"), filepath.Join(r.Dir, "logs"))
}

// demoBill is a customer's bill that was not taken back.
func demoBill(bills []demo.Invoice, customer string) (found demo.Invoice) {
	for _, bill := range bills {
		if bill.Customer == customer && bill.Status != invoice.StatusVoid {
			found = bill
		}
	}
	return found
}
