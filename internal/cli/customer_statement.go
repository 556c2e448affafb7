package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/settle"
)

type customerStatementCmd struct {
	Name string `arg:"" help:"Company of the customer."`
}

// Help shows an example.
func (*customerStatementCmd) Help() string {
	return "Every entry of the customer's ledger, with what is owed and what credit there is after it.\n\n" +
		example("postmeter customer statement Acme")
}

// Run prints a statement.
func (cmd *customerStatementCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	account, err := settle.Statement(c, db, cmd.Name)
	if err != nil {
		return err
	}
	return c.Result(account, func(w io.Writer) error { return printStatement(w, account) })
}

func printStatement(w io.Writer, a *settle.Account) error {
	if len(a.Entries) == 0 {
		_, err := fmt.Fprintf(w, "Nothing was booked for %s yet.\n", statement.Clean(a.Customer))
		return err
	}
	t := newTable("DATE", "ENTRY>", "WHAT", "BILL>", "NUMBER", "AMOUNT>", "CREDIT>", "OWED>", "CREDIT LEFT>", "NOTE")
	for i := range a.Entries {
		e := &a.Entries[i]
		bill := ""
		if e.Bill != 0 {
			bill = fmt.Sprint(e.Bill)
		}
		t.add(e.Date, fmt.Sprint(e.Entry), kindName(e.Kind), bill, e.Number, unlessZero(e.Amount), unlessZero(e.Credit),
			statement.Thousands(e.Owed), statement.Thousands(e.Left), remark(e))
	}
	if err := t.print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s owes %s %s and has %s %s of credit.\n", statement.Clean(a.Customer), statement.Thousands(a.Owed), a.Currency,
		statement.Thousands(a.Credit), a.Currency)
	return err
}

// remark says what else is known of an entry.
func remark(e *settle.Row) string {
	var parts []string
	if e.Reverses != 0 {
		parts = append(parts, fmt.Sprintf("of entry %d", e.Reverses))
	}
	if e.Reference != "" {
		parts = append(parts, e.Reference)
	}
	if e.Note != "" {
		parts = append(parts, e.Note)
	}
	if e.GivenUp != "" {
		parts = append(parts, statement.Thousands(e.GivenUp)+" written off")
	}
	if e.Undone {
		parts = append(parts, "taken back")
	}
	return strings.Join(parts, ", ")
}

func unlessZero(amount string) string {
	if strings.Trim(amount, "0.") == "" {
		return ""
	}
	return statement.Thousands(amount)
}

// kindName is what people call an entry.
func kindName(k ledger.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }
