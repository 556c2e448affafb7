package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"postmeter/internal/stage/billrun"
)

type billRunCmd struct {
	periodFlags
	Customer []string `placeholder:"NAME" sep:"none" help:"Only this customer; may be given several times (default: all that are active)."`
	DryRun   bool     `help:"Compute everything, store nothing."`
}

// garbagePercent lets garbage grow to so many percent of what is in use, which is little whatever the number of
// customers: collecting it more often costs a tenth of the time.
const garbagePercent = 400

// memoryBytes is the memory from which on garbage is collected as often as needed to stay below it. It is no bound: a
// customer with very many lists may take more.
const memoryBytes = 120 << 20

// Help shows an example.
func (*billRunCmd) Help() string {
	return "Drafts of the same period are replaced; final bills are never touched. A run that broke off is started again.\n\n" +
		example("postmeter bill run --start 2026-09-01 --end 2026-09-30",
			"postmeter bill run --start 2026-09-01 --end 2026-09-30 --customer Acme --dry-run")
}

// Run makes the drafts of a period.
func (cmd *billRunCmd) Run(c *Context) (err error) {
	p, given, err := cmd.period()
	if err != nil {
		return err
	}
	if !given {
		return usagef("say which days to bill, such as --start 2026-09-01 --end 2026-09-30")
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	defer debug.SetGCPercent(debug.SetGCPercent(garbagePercent))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryBytes))
	bar := c.Progress("customers", 0)
	result, err := billrun.Run(c, db, c.By(), billrun.Options{
		Period: p, Customers: cmd.Customer, DryRun: cmd.DryRun, Total: bar.Total, Progress: bar.Add,
	})
	bar.Done()
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error { return printRun(w, result, cmd.DryRun) })
}

// shownRows is how many entries of each list people see; --json has more.
const shownRows = 20

func printRun(w io.Writer, r *billrun.Result, dry bool) error {
	var b strings.Builder
	what := "Billed"
	if dry {
		what = "Dry run, nothing was stored: would bill"
	}
	fmt.Fprintf(&b, "%s %d customers for %s to %s: %s %s\n", what, r.Billed, r.Start, r.End, r.Total, r.Currency)
	fmt.Fprintf(&b, "New drafts %d, replaced %d, unchanged %d, withdrawn %d\n", r.Created, r.Replaced.Count, r.Unchanged, r.Withdrawn.Count)
	if r.House > 0 {
		fmt.Fprintf(&b, "House accounts, not billed on purpose: %d\n", r.House)
	}
	if r.Late.Lines > 0 {
		fmt.Fprintf(&b, "Corrections of earlier bills: %d lines, %s %s\n", r.Late.Lines, r.Late.Total, r.Currency)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "Note: %s\n", warning)
	}
	err := errors.Join(printReplaced(&b, r), printSkipped(&b, r), printDays(&b, r), printUsage(&b, r), printWaiting(&b, r))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func printReplaced(b *strings.Builder, r *billrun.Result) error {
	if r.Replaced.Count > 0 {
		t := newTable("CUSTOMER", "BILL>", "BEFORE>", "NOW>", "LINES")
		for _, d := range first(r.Replaced.Bills) {
			t.add(d.Customer, fmt.Sprint(d.ID), d.Before, d.After, fmt.Sprintf("%d added, %d removed, %d changed", d.Added, d.Removed, d.Changed))
		}
		if err := section(b, "Replaced drafts", t, r.Replaced.Count); err != nil {
			return err
		}
	}
	if r.Withdrawn.Count > 0 {
		t := newTable("CUSTOMER", "BILL>", "BECAUSE")
		for _, d := range first(r.Withdrawn.Bills) {
			t.add(d.Customer, fmt.Sprint(d.ID), d.Because)
		}
		if err := section(b, "Withdrawn drafts", t, r.Withdrawn.Count); err != nil {
			return err
		}
	}
	if r.Overlapping.Count == 0 {
		return nil
	}
	t := newTable("CUSTOMER", "BILL>", "START", "END")
	for _, d := range first(r.Overlapping.Bills) {
		t.add(d.Customer, fmt.Sprint(d.ID), d.Start, d.End)
	}
	return section(b, "Drafts of other periods that share days with this one", t, r.Overlapping.Count)
}

func printSkipped(b *strings.Builder, r *billrun.Result) error {
	if len(r.Skipped) == 0 {
		return nil
	}
	t := newTable("CUSTOMER", "WHY")
	for _, s := range first(r.Skipped) {
		t.add(s.Customer, strings.Join(s.Codes, ", "))
	}
	return section(b, "Skipped", t, int64(len(r.Skipped)))
}

func printDays(b *strings.Builder, r *billrun.Result) error {
	if r.UnbilledDays.Intervals == 0 {
		return nil
	}
	t := newTable("CUSTOMER", "FROM", "TO", "DAYS>")
	for _, d := range first(r.UnbilledDays.List) {
		t.add(d.Customer, d.Start, d.End, number(d.Days))
	}
	return section(b, "Days that no bill covers", t, r.UnbilledDays.Intervals)
}

func printUsage(b *strings.Builder, r *billrun.Result) error {
	if r.UnbilledUsage.Lists == 0 {
		return nil
	}
	t := newTable("WHY", "CUSTOMER", "LIST", "FROM", "TO", "MESSAGES>", "RECIPIENTS>")
	for _, u := range first(r.UnbilledUsage.List) {
		t.add(u.Reason, u.Customer, u.List, u.Start, u.End, number(u.Messages), number(u.Recipients))
	}
	return section(b, "Sent but not billed", t, r.UnbilledUsage.Lists)
}

func printWaiting(b *strings.Builder, r *billrun.Result) error {
	if r.Waiting.Count == 0 {
		return nil
	}
	t := newTable("CUSTOMER", "MONTH", "AMOUNT>")
	for _, w := range first(r.Waiting.Bills) {
		t.add(w.Customer, w.Month, w.Amount)
	}
	return section(b, "Corrections of earlier bills that wait, since the customer gets no bill now", t, r.Waiting.Count)
}

func section(b *strings.Builder, title string, t *table, all int64) error {
	fmt.Fprintf(b, "\n%s\n", title)
	if err := t.print(b); err != nil {
		return err
	}
	if all > shownRows {
		fmt.Fprintf(b, "and %d more\n", all-shownRows)
	}
	return nil
}

func first[T any](rows []T) []T { return rows[:min(len(rows), shownRows)] }
