package cli

import (
	"os"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
	"postmeter/internal/outside/mail"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// transport returns where mails go: what POSTMETER_SMTP says, or the mail server of the settings.
func (c *Context) transport(db *store.DB) (mail.Transport, error) {
	o := mail.Options{Name: hostName()}
	if c.Config.SMTP != "" {
		return mail.Parse(c.Config.SMTP, o)
	}
	var set settings.Settings
	var sealed []byte
	err := db.Read(c, func(s *store.Snapshot) (err error) {
		if set, err = s.Settings(); err == nil {
			sealed, err = s.SMTPSecret()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if set.SMTP.Host == "" {
		return nil, fault.New(fault.Conflict, "no mail server is set: import the setting smtp, or name one with POSTMETER_SMTP "+
			"(smtp://host:port, or file:DIR to write mails into a folder); nothing was sent")
	}
	server := mail.Server{Host: set.SMTP.Host, Port: int(set.SMTP.Port), User: set.SMTP.User, Security: mail.Security(set.SMTP.Security)}
	if sealed != nil {
		if server.Password, err = c.vault().Open(sealed, office.SMTPAbout); err != nil {
			return nil, err
		}
	}
	return mail.NewSMTP(server, o), nil
}

// hostName is the name of this machine, empty if it has none.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// order is what a mailing needs, for the bills with the ids.
func (c *Context) order(db *store.DB, bills []int64) (deliver.Order, error) {
	t, err := c.transport(db)
	return deliver.Order{DB: db, By: c.By, Transport: t, Bills: bills, Host: hostName()}, err
}
