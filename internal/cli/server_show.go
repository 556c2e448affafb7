package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather/servers"
)

type serverShowCmd struct {
	Name string `arg:"" help:"The server."`
}

// Help shows an example.
func (*serverShowCmd) Help() string {
	return "The server itself is not asked: what was learned of it last is shown.\n\n" + example("postmeter server show lists1")
}

// Run shows a server.
func (cmd *serverShowCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	bar.Done()
	v, err := servers.Show(c, deps, cmd.Name)
	if err != nil {
		return err
	}
	return c.Result(v, func(w io.Writer) error { return printServer(w, v) })
}

func printServer(w io.Writer, v *servers.Detail) error {
	for _, part := range []func(io.Writer, *servers.Detail) error{printHead, printCounted, printFeeds, printLogs, printSuspended, printUnknown, printUnparsed, printGaps} {
		if err := part(w, v); err != nil {
			return err
		}
	}
	return nil
}

func printHead(w io.Writer, v *servers.Detail) error {
	t := newTable("", "")
	t.add("Server", v.Name)
	t.add("Host", v.Host)
	t.add("Kind", v.Kind)
	t.add("URL", v.URL)
	if v.User != "" {
		secret := "no password or token"
		if v.HasSecret {
			secret = "with a password or token, sealed"
		}
		t.add("User", v.User+", "+secret)
	}
	t.add("Time zone", v.TimeZone)
	t.add("Billed size", v.BilledSource)
	t.add("Comments", v.Comments)
	for _, a := range v.Abilities {
		can := "cannot"
		if a.Can {
			can = "can"
		}
		t.add(strings.ReplaceAll(a.Name, "_", " "), can)
	}
	t.add("Log formats", or(strings.Join(v.UsageFormats, ", "), "none of its own: reports, or the log of its mail server"))
	t.add("Last sync", or(v.Synced, "never"))
	if v.Failure != "" {
		t.add("Last try", v.Tried+": "+v.Failure)
	}
	t.add("Last validation", or(v.Validated, "never"))
	t.add("Lists", fmt.Sprintf("%d known, %d of them missing, %d gone; %d sites", v.Lists, v.Missing, v.Gone, len(v.Sites)))
	if err := t.print(w); err != nil {
		return err
	}
	var b strings.Builder
	names(&b, v.Name, "missing", v.MissingLists)
	suggested(&b, v.Suggestions)
	_, err := io.WriteString(w, b.String())
	return err
}

func printCounted(w io.Writer, v *servers.Detail) error {
	_, err := fmt.Fprintf(w, "\n%d records were counted, %d were already known. Found and not billed: %d of lists that nobody knows; %d lines unparsed.\n",
		v.Counted, v.AlreadyKnown, v.UnknownList, v.Unparsed)
	return err
}

// printFeeds prints how the following of each log goes.
func printFeeds(w io.Writer, v *servers.Detail) error {
	if len(v.Feeds) == 0 {
		_, err := fmt.Fprintln(w, "No log of it is followed.")
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := newTable("FOLLOWED LOG", "FORMAT", "READ BY", "ON", "READ UNTIL", "LAG>", "UNREAD BYTES>", "LAST LINE", "PROBLEM", "ALERT")
	for i := range v.Feeds {
		f := &v.Feeds[i]
		lag, alert := "", f.Alert
		if f.Seen() {
			lag = hosting.Span(f.Behind())
		}
		if alert != "" {
			alert = f.AlertAt + " " + alert
		}
		t.add(f.Path, f.Format, f.ReadBy, f.Machine, or(f.ReadUntil, "never"), lag, fmt.Sprint(f.Unread), f.LastLine, f.Problem, alert)
	}
	return t.print(w)
}

func printLogs(w io.Writer, v *servers.Detail) error {
	if len(v.Logs) == 0 {
		_, err := fmt.Fprintln(w, "No log of it was ever read.")
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := newTable("LOG", "READ", "LAST USAGE", "LAG>", "BYTES>", "COUNTED>", "KNOWN>", "UNKNOWN>", "UNPARSED>", "ALERT")
	for _, l := range v.Logs {
		lag := ""
		if l.LastLine != "" {
			lag = hosting.Span(time.Duration(l.Lag) * time.Second)
		}
		t.add(l.Format, l.Read, l.LastLine, lag, fmt.Sprint(l.Bytes), fmt.Sprint(l.Counted), fmt.Sprint(l.AlreadyKnown), fmt.Sprint(l.UnknownList), fmt.Sprint(l.Unparsed), l.Alert)
	}
	return errors.Join(t.print(w), more(w, v.LogCount, len(v.Logs), "logs"))
}

// printSuspended prints counters that went back, and how to go on.
func printSuspended(w io.Writer, v *servers.Detail) error {
	if v.SuspendedCount == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "\n%s back, and nothing more is counted: postmeter server sync %s --counter zero|here|last, for stats files ingest --counter.\n",
		hosting.Things(v.SuspendedCount, "counter went", "counters went"), v.Name); err != nil {
		return err
	}
	t := newTable("COUNTER", "OF", "MESSAGES>", "RECIPIENTS>", "BELIEVED UNTIL", "ALERT")
	for _, c := range v.Suspended {
		t.add(c.Name, c.Kind, fmt.Sprint(c.Messages), fmt.Sprint(c.Recipients), c.Until, c.Alert)
	}
	return errors.Join(t.print(w), more(w, v.SuspendedCount, len(v.Suspended), "counters"))
}

func printUnknown(w io.Writer, v *servers.Detail) error {
	if len(v.Unknown) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := newTable("UNKNOWN LIST", "MESSAGES>", "RECIPIENTS>", "FIRST", "LAST", "REASON")
	for _, u := range v.Unknown {
		t.add(u.List, fmt.Sprint(u.Messages), fmt.Sprint(u.Recipients), u.First, u.Last, u.Reason)
	}
	return errors.Join(t.print(w), more(w, v.UnknownCount, len(v.Unknown), "unknown lists"))
}

func printUnparsed(w io.Writer, v *servers.Detail) error {
	if len(v.UnparsedLines) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := newTable("POSITION>", "REASON", "UNPARSED LINE")
	for _, l := range v.UnparsedLines {
		t.add(fmt.Sprint(l.Position), l.Reason, l.Line)
	}
	return errors.Join(t.print(w), more(w, v.Unparsed, len(v.UnparsedLines), "unparsed lines"))
}

// printGaps prints how the server's own counters agree with what was metered.
func printGaps(w io.Writer, v *servers.Detail) error {
	if _, err := fmt.Fprintln(w, "\n"+v.Comparison.Words()); err != nil || len(v.Gaps) == 0 {
		return err
	}
	t := newTable("LIST", strings.ToUpper(v.Comparison.Unit)+">", "METERED>", "FROM", "TO")
	for _, g := range v.Gaps {
		t.add(g.List, fmt.Sprint(g.Counted), fmt.Sprint(g.Metered), g.From, g.To)
	}
	return errors.Join(t.print(w), more(w, int64(v.GapCount), len(v.Gaps), "lists"))
}

// more says how many rows are left out.
func more(w io.Writer, all int64, shown int, what string) error {
	if all <= int64(shown) {
		return nil
	}
	_, err := fmt.Fprintf(w, "and %d more %s\n", all-int64(shown), what)
	return err
}
