package cli

import (
	"postmeter/internal/app/mailer"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
)

// order is what a mailing needs, for the bills with the ids.
func (c *Context) order(db *store.DB, bills []int64) (deliver.Order, error) {
	t, err := mailer.Transport(c, db, c.Config.SMTP, c.vault())
	return deliver.Order{DB: db, By: c.By, Transport: t, Bills: bills, Host: mailer.HostName()}, err
}
