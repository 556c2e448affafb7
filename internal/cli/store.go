package cli

import (
	"errors"

	"postmeter/internal/store"
)

// OpenStore opens the database of --db, makes it if it does not exist, and
// brings it up to date. At the first start it makes the key of the secrets too.
// The caller closes it.
func (c *Context) OpenStore() (*store.DB, error) {
	db, err := store.Open(c, c.Config.Database, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := c.makeKey(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// By says who acts and when, for the history of what a command changes. Now is
// read at each call.
func (c *Context) By() store.By {
	actor := "command line"
	if user := c.Env("USER"); user != "" {
		actor += ", " + user
	}
	return store.By{Actor: actor, At: c.Now()}
}
