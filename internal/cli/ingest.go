package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
)

type ingestCmd struct {
	Server  string   `placeholder:"NAME" help:"Hosting server that the logs are from; not needed for jsonl."`
	Format  string   `required:"" placeholder:"F" help:"What is read: mailman3 (our template), mailman3-default (Mailman's own), postfix (the mail server's log), sympa-stats (the stats files of Sympa's lists, as SITE/LIST/stats), or jsonl (reports)."`
	DryRun  bool     `help:"Only read and sum, and change nothing."`
	Counter string   `placeholder:"FROM" help:"From where a stats file counts that is new or went back: zero (all that it shows), here (what comes from now on), or last (what it showed before)."`
	Files   []string `arg:"" optional:"" name:"file" help:"Logs, oldest first, compressed or not; - or none for standard input."`
}

// Help shows examples.
func (*ingestCmd) Help() string {
	return example("postmeter ingest --server lists1 --format mailman3 smtp.log.1.gz smtp.log",
		"postmeter ingest --server lists1 --format postfix /var/log/mail.log.1 /var/log/mail.log",
		"postmeter ingest --server sympa1 --format sympa-stats /var/lib/sympa/list_data/*/*/stats",
		"postmeter ingest --format jsonl usage.jsonl", "ssh lists1 cat /var/log/mailman3/smtp.log | postmeter ingest --server lists1 --format mailman3 -")
}

// Validate finds what kong cannot.
func (cmd *ingestCmd) Validate() error {
	switch {
	case !slices.Contains(gather.Formats, cmd.Format):
		return fmt.Errorf("--format must be one of %s, not %q", strings.Join(gather.Formats, ", "), cmd.Format)
	case cmd.Server == "" && cmd.Format != maillog.JSONL:
		return errors.New("--server is missing: say which server the log is from")
	}
	if _, ok := gather.CounterStarts[cmd.Counter]; !ok {
		return fmt.Errorf("--counter must be zero, here or last, not %q", cmd.Counter)
	}
	if cmd.Counter != "" && cmd.Format != maillog.SympaStats {
		return fmt.Errorf("--counter is for --format %s", maillog.SympaStats)
	}
	return nil
}

// ingested is what the command prints.
type ingested struct {
	usage.Figures
	Usage []ingestedDay `json:"usage,omitempty"` // of a dry run
}

type ingestedDay struct {
	List           string `json:"list"`
	Day            string `json:"day"`
	Messages       int64  `json:"messages"`
	Recipients     int64  `json:"recipients"`
	RecipientBytes int64  `json:"recipient_bytes"`
}

// Run reads the inputs and prints what became of their lines. Inputs that were not believed make it fail, after that.
func (cmd *ingestCmd) Run(c *Context) (err error) {
	db, err := cmd.open(c)
	if err != nil {
		return err
	}
	if db != nil {
		defer func() { err = errors.Join(err, db.Close()) }()
	}
	inputs := cmd.inputs(c)
	bar := c.Progress("bytes", gather.Size(inputs))
	var notes []string
	result, err := gather.Ingest(c, gather.Order{
		DB: db, By: c.By, Server: cmd.Server, Format: cmd.Format, Inputs: inputs, DryRun: cmd.DryRun, Progress: bar,
		Start: gather.CounterStarts[cmd.Counter],
		Note:  func(text string) { notes = append(notes, text) },
	})
	bar.Done()
	for _, text := range notes {
		if _, printed := fmt.Fprintf(c.Stderr, "postmeter: note: %s\n", oneLine(text)); printed != nil {
			return errors.Join(err, printed)
		}
	}
	if err != nil {
		return err
	}
	out := ingested{Figures: result.Figures}
	for _, d := range result.Usage {
		out.Usage = append(out.Usage, ingestedDay{d.List, d.Day.String(), d.Messages, d.Recipients, d.RecipientBytes})
	}
	if err := c.Result(out, out.print); err != nil {
		return err
	}
	return alerts(result.Alerts)
}

// open opens the database; for a dry run only if there is one.
func (cmd *ingestCmd) open(c *Context) (*store.DB, error) {
	if !cmd.DryRun {
		return c.OpenStore()
	}
	return store.OpenExisting(c, c.Config.Database, store.Options{})
}

func (cmd *ingestCmd) inputs(c *Context) []gather.Input {
	files := cmd.Files
	if len(files) == 0 {
		files = []string{"-"}
	}
	var inputs []gather.Input
	for _, file := range files {
		if file == "-" {
			inputs = append(inputs, gather.Input{Name: "standard input", Stream: c.Stdin})
			continue
		}
		inputs = append(inputs, gather.Input{Name: file})
	}
	return inputs
}

// alerts is the failure of inputs that were not believed.
func alerts(texts []string) error {
	var faults fault.List
	for _, text := range texts {
		faults = append(faults, fault.New(fault.Conflict, "%s", text))
	}
	return faults.Err()
}

// print tells people what was counted.
func (r ingested) print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%d records: %d counted, %d already known, %d of unknown lists; %d lines unparsed\n",
		r.Records, r.Counted, r.AlreadyKnown, r.UnknownList, r.Unparsed)
	for _, d := range r.Usage {
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s  %s  %d messages  %d recipients  %d bytes\n", d.Day, d.List, d.Messages, d.Recipients, d.RecipientBytes)
	}
	return err
}
