package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"postmeter/internal/app/serve"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/store"
)

type serveCmd struct {
	Listen        string         `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen (default: ${default})."`
	TLSCert       string         `name:"tls-cert" placeholder:"FILE" help:"Certificate, with those above it; read again when it changes."`
	TLSKey        string         `name:"tls-key" placeholder:"FILE" help:"Key of the certificate."`
	ACMEHost      []string       `name:"acme-host" placeholder:"NAME" help:"Public name that gets a certificate by itself; this process must be reached by it on port 443."`
	ACMEDirectory string         `name:"acme-directory" placeholder:"URL" help:"Address of the directory of the authority that gives it, by ACME (default: Let's Encrypt)."`
	ACMECA        string         `name:"acme-ca" placeholder:"FILE" help:"Root certificate by which that authority is trusted, for one of your own."`
	BehindProxy   []netip.Prefix `placeholder:"NETWORK" help:"Network of a proxy in front that encrypts, such as 10.0.0.0/8: what it says of clients is believed."`
	Drain         time.Duration  `default:"${drain}" placeholder:"TIME" help:"How long running work has to end when the process is told to stop (default: ${default})."`
}

// Help shows an example.
func (*serveCmd) Help() string {
	return "It runs until SIGINT or SIGTERM, and then stops when running requests and jobs have ended; a second signal ends it at once.\n\n" +
		example("postmeter serve", "postmeter serve --listen :443 --tls-cert /etc/ssl/billing.pem --tls-key /etc/ssl/billing.key",
			"postmeter serve --listen :443 --acme-host billing.example.org",
			"postmeter serve --listen :443 --acme-host billing.lan.example --acme-directory https://ca.lan.example/acme/directory --acme-ca /etc/ssl/lan-ca.pem",
			"postmeter serve --listen 10.0.0.5:8080 --behind-proxy 10.0.0.1/32")
}

// Run serves until the context ends.
func (cmd *serveCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return c.serve(db, serve.Config{
		Listen: cmd.Listen, Certificate: cmd.TLSCert, Key: cmd.TLSKey, ACMEHosts: cmd.ACMEHost, ACMEDirectory: cmd.ACMEDirectory, ACMERoots: cmd.ACMECA,
		BehindProxy: httpkit.Proxies(cmd.BehindProxy), Drain: cmd.Drain,
	})
}

// serve serves a database until the context ends.
func (c *Context) serve(db *store.DB, config serve.Config) error {
	log := slog.New(slog.NewTextHandler(c.Stderr, nil))
	server, err := serve.New(serve.Deps{DB: db, Now: c.Now, Log: log, Vault: c.vault(), SMTP: c.Config.SMTP, Say: c.say}, config)
	if err != nil {
		return err
	}
	return server.Run(c)
}

// say shows a line to whoever started the command.
func (c *Context) say(line string) error {
	_, err := fmt.Fprintln(c.Stderr, line)
	return err
}
