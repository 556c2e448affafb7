package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/kinds"
	"postmeter/internal/stage/office"
)

type serverAddCmd struct {
	Name         string   `arg:"" help:"What commands, files and logs call it."`
	Host         string   `required:"" help:"Name of the machine."`
	Kind         string   `required:"" placeholder:"K" help:"manual, mailman3, listmonk, sympa or postfix."`
	URL          string   `name:"url" help:"Of its API, such as http://lists.example.org:8001/3.1 of a Mailman."`
	User         string   `help:"Of its API."`
	PasswordFile string   `placeholder:"F" xor:"secret" help:"File with the password of its API, - for standard input; without one it is asked for on a terminal."`
	TokenFile    string   `placeholder:"F" xor:"secret" help:"File with the token of its API, likewise."`
	TimeZone     string   `placeholder:"Z" help:"Of times without a zone in its logs (default: UTC)."`
	Comments     string   `help:"For people."`
	Log          []string `placeholder:"FORMAT:PATH" sep:"none" help:"Log of it on this machine that serve follows, such as postfix:/var/log/mail.log; may be given several times."`
	AverageBytes int64    `placeholder:"N" help:"What one message has, where the server counts mails and says no sizes (default: 51200)."`
}

// Help shows examples.
func (*serverAddCmd) Help() string {
	return "The password or token is kept sealed, and never shown again.\n\n" +
		example("postmeter server add lists1 --host lists1.example.org --kind mailman3 --url http://lists1.example.org:8001/3.1 --user restadmin --password-file restadmin.txt",
			"postmeter server add mx1 --host mx1.example.org --kind postfix --time-zone Europe/Berlin --log postfix:/var/log/mail.log")
}

// Validate finds what kong cannot.
func (cmd *serverAddCmd) Validate() error {
	if !slices.Contains(hosting.Kinds, cmd.Kind) {
		return fmt.Errorf("--kind must be one of %s, not %q", strings.Join(hosting.Kinds, ", "), cmd.Kind)
	}
	for _, log := range cmd.Log {
		if format, path, ok := strings.Cut(log, ":"); !ok || format == "" || path == "" {
			return fmt.Errorf("--log must be FORMAT:PATH, such as mailman3:/var/log/mailman3/smtp.log, not %q", log)
		}
	}
	return nil
}

// added is what the command prints.
type added struct {
	Server string `json:"server"`
	Kind   string `json:"kind"`
}

// Run adds the server.
func (cmd *serverAddCmd) Run(c *Context) (err error) {
	secret, err := cmd.secret(c)
	if err != nil {
		return err
	}
	address := listserver.Address{Kind: cmd.Kind, Host: cmd.Host, URL: cmd.URL, User: cmd.User, Secret: secret}
	if _, err := kinds.Open(address, kinds.Options{}); err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := office.Enter(c, db, c.By(), office.Entry{Kind: office.Servers, Fields: cmd.fields(secret)}, c.vault()); err != nil {
		return err
	}
	return c.Result(added{cmd.Name, cmd.Kind}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Server %s was added.\nSee next whether it is as it must be (postmeter server validate %[1]s), and learn its lists (postmeter server sync %[1]s).\n", cmd.Name)
		return err
	})
}

// fields are those of the provider file.
func (cmd *serverAddCmd) fields(secret string) (n doc.Node) {
	for _, f := range [][2]string{{"name", cmd.Name}, {"host", cmd.Host}, {"kind", cmd.Kind}, {"url", cmd.URL}, {"user", cmd.User},
		{"time_zone", cmd.TimeZone}, {"comments", cmd.Comments}, {"password", secret}} {
		if f[1] != "" {
			n.Add(f[0], doc.TextNode(f[1]))
		}
	}
	if len(cmd.Log) > 0 {
		logs := doc.Node{Kind: doc.Array}
		for _, log := range cmd.Log {
			format, path, _ := strings.Cut(log, ":")
			var l doc.Node
			l.Add("path", doc.TextNode(path))
			l.Add("format", doc.TextNode(format))
			logs.Items = append(logs.Items, l)
		}
		n.Add("logs", logs)
	}
	if cmd.AverageBytes != 0 {
		n.Add("average_bytes", doc.WholeNode(cmd.AverageBytes))
	}
	return n
}

// secret reads the password or token from a file, standard input, or a person.
func (cmd *serverAddCmd) secret(c *Context) (string, error) {
	what, name := "password", cmd.PasswordFile
	if cmd.TokenFile != "" {
		what, name = "token", cmd.TokenFile
	}
	switch {
	case name == "-" && isTerminal(c.Stdin), name == "" && cmd.User != "" && isTerminal(c.Stdin):
		return unseen(c, fmt.Sprintf("%s of %s on %s", what, cmd.User, cmd.Host))
	case name == "-":
		return secretFrom(c.Stdin, "standard input", what)
	case name != "":
		f, err := os.Open(name)
		if err != nil {
			return "", fault.Wrap(fault.Invalid, err, "the file %s with the %s cannot be read; nothing was changed", name, what)
		}
		defer func() { _ = f.Close() }() //nolint:errcheck // it was only read
		return secretFrom(f, name, what)
	}
	return "", nil
}

// maxSecret is how long a password or token may be, in bytes.
const maxSecret = 4096

// secretFrom reads a secret: everything but the end of its line.
func secretFrom(r io.Reader, name, what string) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "%s, with the %s, cannot be read; nothing was changed", name, what)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case secret == "":
		return "", fault.New(fault.Invalid, "%s holds no %s; nothing was changed", name, what)
	case len(text) > maxSecret || strings.ContainsAny(secret, "\r\n\x00"):
		return "", fault.New(fault.Invalid, "%s holds more than a %s; nothing was changed", name, what)
	}
	return secret, nil
}

// unseen asks for a secret on a terminal, without showing what is typed.
func unseen(c *Context, what string) (string, error) {
	f, ok := c.Stdin.(interface{ Fd() uintptr })
	if !ok {
		return "", fault.New(fault.Invalid, "the %s cannot be asked for here", what)
	}
	if _, err := fmt.Fprintf(c.Stderr, "%s: ", what); err != nil {
		return "", err
	}
	text, err := term.ReadPassword(int(f.Fd()))
	if _, printed := fmt.Fprintln(c.Stderr); err == nil {
		err = printed
	}
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	return secretFrom(strings.NewReader(string(text)), "the answer", what)
}
