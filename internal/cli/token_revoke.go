package cli

import (
	"errors"
	"fmt"
	"io"

	"postmeter/internal/stage/office"
)

type tokenRevokeCmd struct {
	Name string `arg:"" help:"Name of the token."`
}

// Help shows an example.
func (*tokenRevokeCmd) Help() string {
	return "It is refused from the next request on. Its name is free again.\n\n" + example("postmeter token revoke agent-lists1")
}

// Run revokes the token.
func (cmd *tokenRevokeCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := office.RevokeToken(c, db, c.By(), cmd.Name); err != nil {
		return err
	}
	return c.Result(map[string]string{"revoked": cmd.Name}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "the token %q is revoked\n", cmd.Name)
		return err
	})
}
