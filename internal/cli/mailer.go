package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

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

// agree asks whether to do what was just shown, on standard error. Where nobody can answer, nothing is done.
func (c *Context) agree(question string) error {
	const refused = "nothing was sent; --yes answers the question"
	if !isTerminal(c.Stdin) {
		return errors.New("standard input is no terminal where somebody could agree: " + refused)
	}
	if _, err := fmt.Fprint(c.Stderr, question+" [y/N] "); err != nil {
		return err
	}
	answer, err := bufio.NewReader(c.Stdin).ReadString('\n')
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
		return nil
	}
	if err != nil && answer != "" {
		return err
	}
	return errors.New("not agreed: " + refused)
}
