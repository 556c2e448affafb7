package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/settings"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
)

type billTestCmd struct {
	To  string  `placeholder:"ADDRESS" help:"Address that gets the mails (default: the setting test_email)."`
	ID  []int64 `arg:"" optional:"" help:"Ids of bills, as in bill list (default: all drafts)."`
	Yes bool    `help:"Do not ask."`
}

// Help shows an example.
func (*billTestCmd) Help() string {
	return "Each mail is what the customer would get, but for a mark and the number. Only the address that is named gets mail.\n\n" +
		example("postmeter bill test --to me@example.org", "postmeter bill test --to me@example.org 7 8")
}

// Run mails drafts to the operator.
func (cmd *billTestCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := cmd.address(c, db); err != nil {
		return err
	}
	order, err := c.order(db, cmd.ID)
	if err != nil {
		return err
	}
	p, err := deliver.Look(c, order)
	if err != nil {
		return err
	}
	if !cmd.Yes && isTerminal(c.Stdin) {
		if err := c.confirm(false, fmt.Sprintf("Mail %d drafts, %s %s, to %s for a test?", p.Bills, p.Total, p.Currency, cmd.To)); err != nil {
			return err
		}
	}
	bar := c.Progress("mails", p.Bills)
	order.Progress = bar.Add
	result, err := deliver.Test(c, order, cmd.To)
	bar.Done()
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error { return printTest(w, result) })
}

func (cmd *billTestCmd) address(c *Context, db *store.DB) error {
	if cmd.To != "" {
		return nil
	}
	var set settings.Settings
	err := db.Read(c, func(s *store.Snapshot) (err error) {
		set, err = s.Settings()
		return err
	})
	if cmd.To = set.TestEmail; err == nil && cmd.To == "" {
		return usagef("say who gets the test mails, with --to ADDRESS or the setting test_email")
	}
	return err
}

func printTest(w io.Writer, r *deliver.TestResult) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Tested %d bills: the mails went to %s\n", r.Tested, r.To)
	err := errors.Join(printTroubles(&b, "Not taken", r.Failed, int64(len(r.Failed))), printUnsent(&b, r.Skipped))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}
