package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/gather/servers"
)

type serverFixCmd struct {
	Name    string   `arg:"" help:"The server."`
	Gone    []string `placeholder:"PLACE" sep:"none" xor:"which" help:"List that is no more, as SITE/LIST; may be given several times."`
	AllGone bool     `xor:"which" help:"All lists that the server does not have any more."`
	Confirm bool     `help:"Believe a server that has no list at all, or lost more than a fifth of them."`
	Yes     bool     `help:"Do not ask."`
}

// Help shows examples.
func (*serverFixCmd) Help() string {
	return "Lists that are marked gone keep their usage and history; they live no longer, so no plan charges for them by the month any more. The server is asked first, and a list that it " +
		"has cannot be marked.\n\n" +
		example("postmeter server fix lists1 --gone example.org/news", "postmeter server fix lists1 --all-gone")
}

// Run marks lists gone.
func (cmd *serverFixCmd) Run(c *Context) (err error) {
	if len(cmd.Gone) == 0 && !cmd.AllGone {
		return usagef("say which lists: --gone SITE/LIST, or --all-gone")
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	plan, err := servers.PlanFix(c, deps, cmd.Name, cmd.Gone, cmd.AllGone, cmd.Confirm)
	bar.Done()
	if err != nil {
		return err
	}
	if len(plan.Lists) > 0 {
		if err := c.confirm(cmd.Yes, fmt.Sprintf("%d lists of %s are to be marked gone: %s.", len(plan.Lists), cmd.Name, plan)); err != nil {
			return err
		}
	}
	result, err := plan.Apply(c, deps)
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%d lists were marked gone.\n", len(result.Gone))
		return err
	})
}

type serverMoveCmd struct {
	Old string `arg:"" help:"Where billing knows the list, as SERVER/SITE/LIST."`
	New string `arg:"" help:"Where it is now, as SERVER/SITE/LIST."`
	On  string `placeholder:"D" help:"First day in the new place (default: the day on which a sync found it there, else today)."`
}

// Help shows examples.
func (*serverMoveCmd) Help() string {
	return "The list keeps its usage, history and assignments. If a sync took the new place for a new list, the two become one, unless that one is assigned or billed by itself.\n\n" +
		example("postmeter server move lists1/example.org/news lists1/example.org/newsletter", "postmeter server move lists1/example.org/news lists2/example.org/news --on 2026-09-15")
}

// Run moves a list.
func (cmd *serverMoveCmd) Run(c *Context) (err error) {
	from, err := hosting.ParsePlace(cmd.Old)
	if err != nil {
		return err
	}
	to, err := hosting.ParsePlace(cmd.New)
	if err != nil {
		return err
	}
	var on period.Date
	if cmd.On != "" {
		if on, err = period.Parse(cmd.On); err != nil {
			return usagef("--on: %v", err)
		}
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	bar.Done()
	result, err := servers.Move(c, deps, from, to, on)
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error {
		text := fmt.Sprintf("%s is %s since %s.", result.From, result.To, result.On)
		if result.Joined {
			text += " The list that a sync found there and it are one now."
		}
		_, err := fmt.Fprintln(w, strings.TrimSpace(text))
		return err
	})
}
