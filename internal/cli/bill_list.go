package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/insight"
)

type billListCmd struct {
	Start  string `placeholder:"D" help:"Only bills that cover this day or a later one."`
	End    string `placeholder:"D" help:"Only bills that cover this day or an earlier one."`
	Status string `placeholder:"S" help:"Only bills of this status: draft, tested, sent, unconfirmed, bounced, paid or void."`
}

// Help shows an example.
func (*billListCmd) Help() string {
	return example("postmeter bill list", "postmeter bill list --start 2026-09-01 --end 2026-09-30 --status draft")
}

// Run lists bills.
func (cmd *billListCmd) Run(c *Context) (err error) {
	q, err := cmd.query()
	if err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	bills, err := insight.Bills(c, db, q)
	if err != nil {
		return err
	}
	return c.Result(bills, func(w io.Writer) error { return printBills(w, bills) })
}

func (cmd *billListCmd) query() (insight.Query, error) {
	q := insight.Query{Status: invoice.Status(cmd.Status)}
	if q.Status != "" && !slices.Contains(invoice.Statuses, q.Status) {
		names := make([]string, len(invoice.Statuses))
		for i, s := range invoice.Statuses {
			names[i] = string(s)
		}
		return q, usagef("--status: %q is no status: use one of %s", cmd.Status, strings.Join(names, ", "))
	}
	days, err := daysOf(cmd.Start, cmd.End)
	q.Period = days
	return q, err
}

// daysOf reads the flags --start and --end; an empty one is an open end.
func daysOf(start, end string) (period.Period, error) {
	days := period.Open()
	for _, flag := range []struct {
		name, text string
		into       *period.Date
	}{{"--start", start, &days.Start}, {"--end", end, &days.End}} {
		if flag.text == "" {
			continue
		}
		day, err := period.Parse(flag.text)
		if err != nil {
			return days, usagef("%s: %v", flag.name, err)
		}
		*flag.into = day
	}
	if !days.Valid() {
		return days, usagef("--start %s is after --end %s", start, end)
	}
	return days, nil
}

func printBills(w io.Writer, bills []insight.Entry) error {
	if len(bills) == 0 {
		_, err := fmt.Fprintln(w, "No bills. They are made by \"postmeter bill run\".")
		return err
	}
	t := newTable("ID>", "NUMBER", "CUSTOMER", "START", "END", "STATUS", "TOTAL>", "")
	for _, b := range bills {
		t.add(fmt.Sprint(b.ID), b.Number, b.Customer, b.Start, b.End, statusOf(&b), statement.Thousands(b.Total), b.Currency)
	}
	return t.print(w)
}

// statusOf is a bill's status with what else is to be known of it at a glance.
func statusOf(b *insight.Entry) string {
	switch status := string(b.Status); {
	case b.Stale:
		return status + ", stale"
	case b.WrittenOff != "":
		return status + ", written off"
	case b.CreditNote != "":
		return status + " by " + b.CreditNote
	default:
		return status
	}
}
