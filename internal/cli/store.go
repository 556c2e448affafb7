package cli

import (
	"postmeter/internal/store"
)

// OpenStore opens the database of --db, makes it if it does not exist, and
// brings it up to date. The caller closes it.
func (c *Context) OpenStore() (*store.DB, error) {
	return store.Open(c, c.Config.Database, store.Options{})
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
