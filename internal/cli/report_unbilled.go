package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/stage/billrun"
)

type reportUnbilledCmd struct {
	reportFlags
}

// Help shows an example.
func (*reportUnbilledCmd) Help() string {
	return "It tells what a bill run of these days would tell, and stores nothing: days of customers that no bill covers and nobody " +
		"waived, also earlier ones; usage of lists that nobody has, of customers who are inactive or gone, or without a plan; and " +
		"corrections of earlier bills of customers who get no bill for these days.\n\n" +
		example("postmeter report unbilled", "postmeter report unbilled --from 2026-09-01 --to 2026-09-30 --csv > unbilled.csv")
}

// unbilled is the report.
type unbilled struct {
	From        string                          `json:"from"`
	To          string                          `json:"to"`
	Days        billrun.DaysReport              `json:"days"`
	Usage       billrun.UsageReport             `json:"usage"`
	Corrections billrun.Listed[billrun.Waiting] `json:"corrections"`
}

// Run prints the report.
func (cmd *reportUnbilledCmd) Run(c *Context) (err error) {
	flags := periodFlags{Start: cmd.From, End: cmd.To}
	p, given, err := flags.period()
	if err != nil {
		var usage *usageError
		if errors.As(err, &usage) {
			return usagef("%s", strings.NewReplacer("--start", "--from", "--end", "--to").Replace(usage.message))
		}
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
	result, err := billrun.Run(c, db, c.By(), billrun.Options{Period: p, DryRun: true, Total: bar.Total, Progress: bar.Add})
	bar.Done()
	if err != nil {
		return err
	}
	report := unbilled{result.Start, result.End, result.UnbilledDays, result.UnbilledUsage, result.Waiting}
	if cmd.CSV {
		return errors.Join(report.csv(c.Stdout), report.cut(c.Stderr))
	}
	return c.Result(report, func(w io.Writer) error { return printUnbilled(w, &report, result) })
}

func printUnbilled(w io.Writer, u *unbilled, r *billrun.Result) error {
	var b strings.Builder
	if u.Days.Intervals == 0 && u.Usage.Lists == 0 && u.Corrections.Count == 0 {
		fmt.Fprintf(&b, "Everything until %s is billed, or will be by its run.\n", u.To)
	}
	if err := errors.Join(printDays(&b, r), printUsage(&b, r), printWaiting(&b, r)); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.TrimPrefix(b.String(), "\n"))
	return err
}

// cut says on standard error what a long report leaves out.
func (u *unbilled) cut(w io.Writer) error {
	left := u.Days.Intervals - int64(len(u.Days.List)) + u.Usage.Lists - int64(len(u.Usage.List)) + u.Corrections.Count - int64(len(u.Corrections.Bills))
	if left == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "%d more rows are left out: of each kind at most 1,000 are named\n", left)
	return err
}

// csv writes a row for each interval of days, list with unbilled usage, and correction.
func (u *unbilled) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"what", "reason", "customer", "list", "start", "end", "days", "messages", "recipients", "amount"}}
	for _, d := range u.Days.List {
		rows = append(rows, []string{"days", "", d.Customer, "", d.Start, d.End, fmt.Sprint(d.Days), "", "", ""})
	}
	for _, l := range u.Usage.List {
		rows = append(rows, []string{"usage", l.Reason, l.Customer, l.List, l.Start, l.End, "", fmt.Sprint(l.Messages), fmt.Sprint(l.Recipients), ""})
	}
	for _, k := range u.Corrections.Bills {
		rows = append(rows, []string{"correction", "", k.Customer, "", k.Month, k.Month, "", "", "", k.Amount})
	}
	for _, row := range rows {
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
