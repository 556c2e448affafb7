package cli

import (
	"errors"
	"io"

	"postmeter/internal/stage/office"
)

type userListCmd struct{}

// Help shows an example.
func (*userListCmd) Help() string { return example("postmeter user list") }

// Run lists who may sign in.
func (*userListCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := office.Operators(c, db)
	if err != nil {
		return err
	}
	users := make([]userEntry, len(all))
	for i := range all {
		users[i] = userResult(&all[i])
	}
	return c.Result(users, func(w io.Writer) error {
		t := newTable("NAME", "ROLE", "ACTIVE", "SECOND FACTOR")
		for _, u := range users {
			t.add(u.Name, u.Role, yesNo(u.Active), yesNo(u.SecondFactor))
		}
		return t.print(w)
	})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
