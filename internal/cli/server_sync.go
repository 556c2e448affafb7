package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
)

type serverSyncCmd struct {
	Names   []string `arg:"" optional:"" name:"name" help:"Servers (default: all that can be asked)."`
	Confirm bool     `help:"Believe a server that has no list at all, or lost more than a fifth of them."`
	Counter string   `placeholder:"FROM" help:"From where counters of mails count that went back, or are new at a first sync: zero (all that they show), here (what comes from now on), or last (what they showed before)."`
}

// Validate finds what kong cannot.
func (cmd *serverSyncCmd) Validate() error {
	if _, ok := gather.CounterStarts[cmd.Counter]; !ok {
		return fmt.Errorf("--counter must be zero, here or last, not %q", cmd.Counter)
	}
	if cmd.Counter != "" && len(cmd.Names) == 0 {
		return errors.New("--counter is for servers that are named: say which")
	}
	return nil
}

// Help shows examples.
func (*serverSyncCmd) Help() string {
	return "All servers are asked at once. A sync takes in everything that a server has, or changes nothing. Lists that a server has no more " +
		"are told and stay as they are: server fix marks them gone, server move tells what has become of them.\n\n" +
		example("postmeter server sync", "postmeter server sync lists1 --confirm",
			"postmeter server sync monk1 --counter here")
}

// Run syncs servers.
func (cmd *serverSyncCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	results, err := servers.SyncAll(c, deps, cmd.Names, servers.SyncOptions{Confirm: cmd.Confirm, Counter: gather.CounterStarts[cmd.Counter]})
	bar.Done()
	if err != nil {
		return err
	}
	name := func(r *servers.SyncResult) string { return r.Server }
	results = only(results, cmd.Names, name, func(r *servers.SyncResult) servers.Status { return r.Status })
	if err := c.Result(results, func(w io.Writer) error { return printSyncs(w, results) }); err != nil {
		return err
	}
	return failures(results, name, (*servers.SyncResult).Err)
}

func printSyncs(w io.Writer, results []*servers.SyncResult) error {
	if len(results) == 0 {
		_, err := fmt.Fprintln(w, "There is no server that can be asked.")
		return err
	}
	t := newTable("SERVER", "RESULT", "SITES>", "LISTS>", "NEW>", "RENAMED>", "BACK>", "MISSING>", "MEMBERS>", "USAGE ADOPTED>", "MAILS COUNTED>")
	for _, r := range results {
		if r.Status != servers.Done {
			t.add(r.Server, string(r.Status))
			continue
		}
		t.add(r.Server, "synced", fmt.Sprint(r.Sites), fmt.Sprint(r.Lists), fmt.Sprint(r.New), fmt.Sprint(r.Renamed), fmt.Sprint(r.Back),
			fmt.Sprint(r.Missing), fmt.Sprint(r.Members), fmt.Sprint(r.AdoptedUsage), fmt.Sprint(r.CountedMails))
	}
	if err := t.print(w); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range results {
		names(&b, r.Server, "new", r.NewLists)
		names(&b, r.Server, "renamed", r.RenamedLists)
		names(&b, r.Server, "there again", r.BackLists)
		names(&b, r.Server, "missing", r.MissingLists)
		for _, note := range r.Notes {
			fmt.Fprintf(&b, "%s: %s\n", r.Server, note)
		}
		suggested(&b, r.Suggestions)
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := io.WriteString(w, "\n"+b.String())
	return err
}

// mostListed is how many lists people are shown of each kind.
const mostListed = 20

// names writes lists, each on a line.
func names(b *strings.Builder, server, what string, lists []string) {
	for i, list := range lists {
		if i == mostListed {
			fmt.Fprintf(b, "%s: %s: and %d more (see --json)\n", server, what, len(lists)-i)
			return
		}
		fmt.Fprintf(b, "%s: %s: %s\n", server, what, list)
	}
}

// suggested writes lists that may have been renamed, with what to do.
func suggested(b *strings.Builder, all []hosting.Suggestion) {
	for _, s := range all {
		fmt.Fprintf(b, "%s may be %s now: %s. If so: postmeter server move %[1]s %[2]s\n", s.From, s.To, strings.Join(s.Why, ", "))
	}
}
