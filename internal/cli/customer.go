package cli

import (
	"errors"
	"fmt"
	"io"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/validation"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/store"
)

// customerCmd groups what is done with customers.
type customerCmd struct {
	Validate  customerValidateCmd  `cmd:"" help:"Say what keeps customers from being billed, and what to look at"`
	Statement customerStatementCmd `cmd:"" help:"Show what a customer owes and has, entry by entry"`
	Credit    customerCreditCmd    `cmd:"" help:"Give a customer credit for the next bill"`
}

type customerValidateCmd struct {
	periodFlags
	Customer []string `placeholder:"NAME" sep:"none" help:"Only this customer; may be given several times (default: all)."`
}

// Help shows an example.
func (*customerValidateCmd) Help() string {
	return "Problems are those that a bill run of the period would find (default: the last month that is over).\n\n" +
		example("postmeter customer validate", "postmeter customer validate --start 2026-09-01 --end 2026-09-30 --customer Acme --json")
}

// Run prints the problems.
func (cmd *customerValidateCmd) Run(c *Context) (err error) {
	p, given, err := cmd.period()
	if err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !given {
		if p, err = lastMonth(c, db); err != nil {
			return err
		}
	}
	bar := c.Progress("customers", 0)
	findings, err := billrun.Validate(c, db, c.By(), billrun.Options{Period: p, Customers: cmd.Customer, Total: bar.Total, Progress: bar.Add})
	bar.Done()
	if err != nil {
		return err
	}
	return c.Result(findings, func(w io.Writer) error { return printFindings(w, p, findings) })
}

// lastMonth returns the last month that is over in the billing time zone.
func lastMonth(c *Context, db *store.DB) (p period.Period, err error) {
	err = db.Read(c, func(s *store.Snapshot) error {
		set, err := s.Settings()
		if err != nil {
			return err
		}
		zone, err := set.Location()
		p = billrun.LastMonth(c.Now(), zone)
		return err
	})
	return p, err
}

func printFindings(w io.Writer, p period.Period, findings []billrun.Finding) error {
	if len(findings) == 0 {
		_, err := fmt.Fprintf(w, "No problems in the period %s.\n", p)
		return err
	}
	t := newTable("CUSTOMER", "SEVERITY", "CODE", "MESSAGE")
	bad := map[string]bool{}
	for _, f := range findings {
		t.add(f.Customer, string(f.Severity), string(f.Code), f.Message)
		if f.Severity == validation.Error {
			bad[f.Customer] = true
		}
	}
	if err := t.print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d problems in the period %s; %d customers cannot be billed.\n", len(findings), p, len(bad))
	return err
}
