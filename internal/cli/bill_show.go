package cli

import (
	"errors"
	"io"

	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/document"
	"postmeter/internal/stage/insight"
)

type billShowCmd struct {
	ID     int64  `arg:"" help:"Id of the bill, as in bill list."`
	Format string `enum:",json,text,html" default:"" placeholder:"F" help:"json, text or html (default: text on a terminal, else json)."`
}

// Help shows an example.
func (*billShowCmd) Help() string {
	return example("postmeter bill show 7 --format text", "postmeter bill show 7 --format html > invoice.html")
}

// Run shows a bill.
func (cmd *billShowCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	facts, err := insight.Facts(c, db, cmd.ID)
	if err != nil {
		return err
	}
	switch cmd.Format {
	case "html":
		return document.HTML(c.Stdout, statement.Compose(facts))
	case "text":
		return document.Text(c.Stdout, statement.Compose(facts))
	case "json":
		return c.PrintJSON(insight.DocumentOf(facts))
	}
	return c.Result(insight.DocumentOf(facts), func(w io.Writer) error {
		return document.Text(w, statement.Compose(facts))
	})
}
