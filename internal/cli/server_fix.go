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
	Yes     bool     `help:"Do not ask for a confirmation."`

	WithoutAsking bool `help:"Do not ask the server, which is gone for ever: your word counts for the lists that are named."`
}

// Help shows examples.
func (*serverFixCmd) Help() string {
	return "Lists that are marked gone keep their usage and history; they live no longer, so no plan charges for them by the month any more. The server is asked first, and a list that it " +
		"has cannot be marked. For a server that will never answer again, --without-asking marks the lists that are named; the history says that the server was not asked.\n\n" +
		example("postmeter server fix lists1 --gone example.org/news", "postmeter server fix lists1 --all-gone",
			"postmeter server fix old1 --gone example.org/news --gone example.org/dev --without-asking")
}

// Run marks lists gone.
func (cmd *serverFixCmd) Run(c *Context) (err error) {
	if len(cmd.Gone) == 0 && !cmd.AllGone {
		return usagef("say which lists: --gone SITE/LIST, or --all-gone")
	}
	if cmd.AllGone && cmd.WithoutAsking {
		return usagef("--all-gone needs the server's answer: with --without-asking name the lists (--gone SITE/LIST)")
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	plan, err := cmd.plan(c, deps)
	bar.Done()
	if err != nil {
		return err
	}
	if len(plan.Lists) > 0 {
		question := fmt.Sprintf("%d lists of %s are to be marked gone: %s.", len(plan.Lists), cmd.Name, plan)
		if !plan.Asked {
			question += " The server is not asked whether it has them."
		}
		if err := c.confirm(cmd.Yes, question); err != nil {
			return err
		}
	}
	result, err := plan.Apply(c, deps)
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error {
		how := ""
		if !result.Asked {
			how = " The server was not asked."
		}
		_, err := fmt.Fprintf(w, "%d lists were marked gone.%s\n", len(result.Gone), how)
		return err
	})
}

func (cmd *serverFixCmd) plan(c *Context, d servers.Deps) (*servers.FixPlan, error) {
	if cmd.WithoutAsking {
		return servers.PlanFixWithoutAsking(c, d, cmd.Name, cmd.Gone)
	}
	return servers.PlanFix(c, d, cmd.Name, cmd.Gone, cmd.AllGone, cmd.Confirm)
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
