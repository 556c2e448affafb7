package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/evidence"
	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/insight"
)

type billExplainCmd struct {
	ID   int64 `arg:"" help:"Id of the bill, as in bill list."`
	Line int   `arg:"" help:"Number of the line, from 1."`
}

// Help shows an example.
func (*billExplainCmd) Help() string { return example("postmeter bill explain 7 2") }

// Run explains a line of a bill.
func (cmd *billExplainCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	explained, err := insight.Explain(c, db, cmd.ID, cmd.Line)
	if err != nil {
		return err
	}
	return c.Result(explained, func(w io.Writer) error { return printExplanation(w, explained) })
}

// printExplanation prints what explains a line, from the line down to the logs.
func printExplanation(w io.Writer, e *evidence.Explanation) error {
	var b strings.Builder
	explainHead(&b, e)
	explainDays(&b, e)
	if len(e.Usage) > 0 {
		b.WriteString("\nBy day and list\n")
		days := newTable("DAY", "LIST", "MESSAGES>", "COPIES>", "BYTES, ALL COPIES>", "QUANTITY>")
		for _, u := range e.Usage {
			days.add(u.Day, u.List, number(int64(u.Messages)), number(u.Recipients), number(u.RecipientBytes), u.Quantity)
		}
		if err := days.print(&b); err != nil {
			return err
		}
		b.WriteString("\nBy delivery\n")
		records := newTable("TIME", "LIST", "COPIES>", "BYTES>", "QUANTITY>", "SERVER", "FORMAT", "LOG", "AT BYTE>")
		for _, r := range e.Records {
			records.add(r.At, r.List, number(r.Recipients), number(r.Bytes), r.Quantity, r.Log.Server, r.Log.Format, short(r.Log.Head), number(r.Log.Offset))
		}
		if err := records.print(&b); err != nil {
			return err
		}
		b.WriteString("A log is known by the hash of its first line; the byte is where the delivery's line starts.\n")
	}
	if e.Kind == statement.KindLate {
		explainCorrection(&b, e)
	} else if err := explainSteps(&b, e); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func explainHead(b *strings.Builder, e *evidence.Explanation) {
	name := e.Number
	if name == "" {
		name = e.Status
	}
	fmt.Fprintf(b, "Bill %d (%s) of %s, line %d: %s %s\n", e.Bill, name, statement.Clean(e.Customer), e.Line, statement.Thousands(e.Amount), e.Currency)
	title := e.Title
	for _, part := range []string{e.Object, e.Group, e.Month} {
		if part != "" {
			title += ", " + statement.Clean(part)
		}
	}
	b.WriteString(title + "\n")
	for _, s := range e.Sentences {
		b.WriteString("  " + s + "\n")
	}
}

func explainDays(b *strings.Builder, e *evidence.Explanation) {
	for i, s := range e.ActiveDays {
		label := "Active"
		if i > 0 {
			label = "   and"
		}
		switch {
		case s.Start == "" && s.End == "":
			fmt.Fprintf(b, "%s without end\n", label)
		case s.Start == "":
			fmt.Fprintf(b, "%s until %s\n", label, s.End)
		case s.End == "":
			fmt.Fprintf(b, "%s from %s on\n", label, s.Start)
		default:
			fmt.Fprintf(b, "%s from %s to %s\n", label, s.Start, s.End)
		}
	}
	if len(e.Readings) > 0 {
		b.WriteString("\nMembers by day\n")
		for _, day := range e.Readings {
			fmt.Fprintf(b, "%s  %s\n", day.Day, number(day.Members))
			for _, r := range day.Lists {
				since := "no reading yet"
				if r.Day != "" {
					since = "read " + r.Day
				}
				fmt.Fprintf(b, "            %s  %s (%s)\n", number(r.Members), statement.Clean(r.List), since)
			}
		}
	}
}

// explainCorrection says where to look: the lines of the bills of that month, with the usage as it is known now.
func explainCorrection(b *strings.Builder, e *evidence.Explanation) {
	b.WriteString("\nWhat that month comes to now, and what of it was billed, is shown line by line by\n")
	for _, id := range e.Corrects {
		fmt.Fprintf(b, "  postmeter bill explain %d LINE\n", id)
	}
}

func explainSteps(b *strings.Builder, e *evidence.Explanation) error {
	b.WriteString("\nArithmetic\n")
	steps := newTable("", ">")
	for _, s := range e.Steps {
		steps.add(s.Text, s.Value)
	}
	if err := steps.print(b); err != nil {
		return err
	}
	if e.Agrees {
		b.WriteString("\nAll of it adds up to the line.\n")
		return nil
	}
	b.WriteString("\nATTENTION: IT DOES NOT ADD UP TO THE LINE\n")
	for _, p := range e.Problems {
		b.WriteString("  " + statement.Clean(p) + "\n")
	}
	return nil
}

func number(n int64) string { return statement.Thousands(fmt.Sprint(n)) }

// headShown is how many characters of a log's hash are shown; --json has all.
const headShown = 12

func short(hash string) string { return hash[:min(len(hash), headShown)] }
