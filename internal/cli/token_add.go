package cli

import (
	"errors"
	"fmt"
	"io"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

type tokenAddCmd struct {
	Name    string           `required:"" placeholder:"N" help:"What it is for; it stands in the history of what it does."`
	Scope   []apitoken.Scope `required:"" placeholder:"S" help:"What it allows: usage (report usage), agent (report the logs of one server, and nothing else), read, metrics. May be repeated."`
	Server  string           `placeholder:"NAME" help:"Hosting server of which it may report; needed for agent."`
	Expires string           `placeholder:"D" help:"Last day on which it is good, in the billing time zone (default: no end)."`
}

// Help shows an example.
func (*tokenAddCmd) Help() string {
	return "Only a hash of the token is kept, so it cannot be shown again.\n\n" +
		example("postmeter token add --name agent-lists1 --scope agent --server lists1",
			"postmeter token add --name newsletter --scope usage --expires 2027-12-31")
}

// addedToken is what the command prints.
type addedToken struct {
	Name  string `json:"name"`
	Token string `json:"token"`
}

// Run makes the token.
func (cmd *tokenAddCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	token := apitoken.Token{Name: cmd.Name, Scopes: cmd.Scope, Server: cmd.Server}
	if token.ExpiresAt, err = cmd.expires(c, db); err != nil {
		return err
	}
	secret, err := office.AddToken(c, db, c.By(), &token)
	if err != nil {
		return err
	}
	return c.Result(addedToken{cmd.Name, secret}, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, secret)
		return err
	})
}

// expires returns the end of the last day, 0 if there is none.
func (cmd *tokenAddCmd) expires(c *Context, db *store.DB) (int64, error) {
	if cmd.Expires == "" {
		return 0, nil
	}
	day, err := period.Parse(cmd.Expires)
	if err != nil {
		return 0, usagef("--expires: %s", err)
	}
	var at int64
	err = db.Read(c, func(s *store.Snapshot) error {
		settings, err := s.Settings()
		if err != nil {
			return err
		}
		zone, err := period.LoadZone(settings.TimeZone)
		if err != nil {
			return err
		}
		at = period.StartOf(day+1, zone).UnixMicro()
		return nil
	})
	return at, err
}
