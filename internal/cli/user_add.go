package cli

import (
	"errors"
	"fmt"
	"io"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

type userAddCmd struct {
	Name         string `arg:"" help:"What is typed to sign in."`
	Role         string `default:"clerk" placeholder:"ROLE" help:"viewer, clerk or administrator (default: ${default})."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password; - is standard input. Without it, it is asked for."`
}

// Help shows examples.
func (*userAddCmd) Help() string {
	return example("postmeter user add anna", "postmeter user add bob --role viewer --password-file /run/secrets/bob")
}

// Run makes the operator.
func (cmd *userAddCmd) Run(c *Context) (err error) {
	role, err := operator.ParseRole(cmd.Role)
	if err != nil {
		return fault.At("--role", "%s", fault.MessageOf(err))
	}
	password, err := c.newPassword(cmd.PasswordFile)
	if err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o, err := office.AddOperator(c, db, c.By(), office.NewOperator{Name: cmd.Name, Role: role, Password: password})
	if err != nil {
		return err
	}
	return c.Result(userResult(&o), func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s may sign in now, as %s\n", o.Name, o.Role)
		return err
	})
}

// userEntry is an operator in a result.
type userEntry struct {
	Name         string `json:"name"`
	Role         string `json:"role"`
	Active       bool   `json:"active"`
	SecondFactor bool   `json:"second_factor"`
}

func userResult(o *operator.Operator) userEntry {
	return userEntry{Name: o.Name, Role: o.Role.String(), Active: o.Active, SecondFactor: o.TOTP}
}
