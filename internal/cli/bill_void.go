package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/settle"
)

type billVoidCmd struct {
	ID     int64  `arg:"" help:"Id of the bill, as in bill list."`
	Reason string `required:"" placeholder:"TEXT" help:"Why; it stands on the credit note."`
	Yes    bool   `help:"Do it without asking."`
}

// Help shows an example.
func (*billVoidCmd) Help() string {
	return "A credit note with a number of its own takes the bill back. Its days, one-time charges and late lines can be billed " +
		"again, the credit that it used is there again, and what was paid on it becomes credit. It cannot be undone.\n\n" +
		example(`postmeter bill void 7 --reason "wrong plan"`)
}

// Run says what would be done, asks, and does it.
func (cmd *billVoidCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	plan, err := settle.PreviewVoid(c, db, c.By(), cmd.ID, cmd.Reason)
	if err != nil {
		return err
	}
	if err := c.confirm(cmd.Yes, question(plan)); err != nil {
		return err
	}
	done, err := settle.Void(c, db, c.By(), cmd.ID, cmd.Reason)
	if err != nil {
		return err
	}
	return c.Result(done, func(w io.Writer) error { return printVoided(w, done) })
}

func question(v *settle.Voided) string {
	return fmt.Sprintf("It voids %s of %s over %s %s. Of that %s was paid and becomes credit. Afterwards %s owes %s and has %s of credit.",
		billName(v.Bill, v.Number), statement.Clean(v.Customer), statement.Thousands(v.Total), v.Currency, statement.Thousands(v.Paid),
		statement.Clean(v.Customer), statement.Thousands(v.Owed), statement.Thousands(v.Left))
}

func printVoided(w io.Writer, v *settle.Voided) error {
	var out strings.Builder
	fmt.Fprintf(&out, "Credit note %s of %s over %s %s takes back %s of %s\n", v.CreditNote, v.Date, statement.Thousands(v.Taken), v.Currency,
		billName(v.Bill, v.Number), statement.Clean(v.Customer))
	fmt.Fprintf(&out, "%s owes %s %s in all and has %s %s of credit\n", statement.Clean(v.Customer), statement.Thousands(v.Owed), v.Currency, statement.Thousands(v.Left), v.Currency)
	fmt.Fprintf(&out, "Its days can be billed again: postmeter bill run\n")
	_, err := io.WriteString(w, out.String())
	return err
}
