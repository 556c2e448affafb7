package cli

import (
	"errors"
	"fmt"
	"io"

	"postmeter/internal/stage/gather/servers"
)

type serverListCmd struct{}

// Help shows an example.
func (*serverListCmd) Help() string {
	return example("postmeter server list")
}

// Run lists the servers.
func (*serverListCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := servers.List(c, db, c.Now())
	if err != nil {
		return err
	}
	return c.Result(all, func(w io.Writer) error { return printServers(w, all) })
}

func printServers(w io.Writer, all []servers.Summary) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "There are no servers. Add one: postmeter server add --help")
		return err
	}
	t := newTable("NAME", "KIND", "HOST", "LISTS>", "MISSING>", "GONE>", "SYNCED", "VALIDATED", "LOGS", "PROBLEM")
	for _, v := range all {
		t.add(v.Name, v.Kind, v.Host, fmt.Sprint(v.Lists), fmt.Sprint(v.Missing), fmt.Sprint(v.Gone), or(v.Synced, "never"), or(v.Validated, "never"), logsOf(&v), v.Failure)
	}
	return t.print(w)
}

// or returns the first text that is not empty.
func or(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

// logsOf says how the following of a server's logs goes: what is wrong with the first that is not well, or how many there are.
func logsOf(v *servers.Summary) string {
	for i := range v.Feeds {
		if state := v.Feeds[i].State(); state != "" {
			return v.Feeds[i].Path + ": " + state
		}
	}
	if len(v.Feeds) == 0 {
		return "none followed"
	}
	return fmt.Sprintf("%d read", len(v.Feeds))
}
