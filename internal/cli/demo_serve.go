package cli

import (
	"crypto/rand"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"postmeter/internal/app/demo"
	"postmeter/internal/app/serve"
	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

// demoOperator is who signs in to the demonstration.
const demoOperator = "operator"

// demoPasswordLength is that of the password, in letters and digits of five bits each.
const demoPasswordLength = 20

// serve serves the pages on the demonstration's database. Mails that are sent there go into its folder, too.
func (cmd *demoCmd) serve(c *Context) (err error) {
	c.Config.Database, c.Config.KeyFile = demo.Database(cmd.Dir), ""
	if c.Config.SMTP == "" {
		c.Config.SMTP = "file:" + filepath.Join(cmd.Dir, "mails")
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	password := strings.ToLower(rand.Text()[:demoPasswordLength])
	_, err = office.AddOperator(c, db, c.By(), office.NewOperator{Name: demoOperator, Role: operator.Administrator, Password: password})
	if err != nil {
		return err
	}
	listen := cmd.Listen
	if listen == "" {
		listen = c.freeAddress()
	}
	err = c.say("\nThe pages: http://" + listen + "\nSign in as " + demoOperator + " with the password " + password + "\nEnd with Ctrl-C.\n")
	if err != nil {
		return err
	}
	return c.serve(db, serve.Config{Listen: listen, Drain: serve.DefaultDrain})
}

// freeAddress is where serve listens by default, or another port of this machine if somebody listens there already.
func (c *Context) freeAddress() string {
	for _, address := range []string{"127.0.0.1:8080", "127.0.0.1:0"} {
		listener, err := new(net.ListenConfig).Listen(c, "tcp", address)
		if err != nil {
			continue
		}
		address = listener.Addr().String()
		if listener.Close() == nil {
			return address
		}
	}
	return "127.0.0.1:8080" // and listening there will say what is wrong
}
