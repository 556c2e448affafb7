// Package mailer says where mails go: for commands and for the process that serves alike.
package mailer

import (
	"context"
	"os"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
	"postmeter/internal/outside/mail"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// Opener opens what the key of the secrets has sealed.
type Opener interface {
	Open(sealed []byte, about string) (string, error)
}

// Transport returns where mails go: what smtp says (POSTMETER_SMTP), or if it is empty the mail server of the settings.
func Transport(ctx context.Context, db *store.DB, smtp string, vault Opener) (mail.Transport, error) {
	o := mail.Options{Name: HostName()}
	if smtp != "" {
		return mail.Parse(smtp, o)
	}
	var set settings.Settings
	var sealed []byte
	err := db.Read(ctx, func(s *store.Snapshot) (err error) {
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
		if server.Password, err = vault.Open(sealed, office.SMTPAbout); err != nil {
			return nil, err
		}
	}
	return mail.NewSMTP(server, o), nil
}

// HostName is the name of this machine, empty if it has none.
func HostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
