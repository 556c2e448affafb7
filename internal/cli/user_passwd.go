package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

type userPasswdCmd struct {
	Name         string `arg:"" help:"Who gets a new password."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password; - is standard input. Without it, it is asked for."`
}

// Help shows examples.
func (*userPasswdCmd) Help() string {
	return example("postmeter user passwd anna", "postmeter user passwd anna --password-file -")
}

// Run stores the new password.
func (cmd *userPasswdCmd) Run(c *Context) (err error) {
	password, err := c.newPassword(cmd.PasswordFile)
	if err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := office.SetPassword(c, db, c.By(), cmd.Name, password, ""); err != nil {
		return err
	}
	return c.Result(map[string]string{"name": cmd.Name}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s has a new password; all sessions have ended\n", cmd.Name)
		return err
	})
}

// newPassword reads a password from the first line of a file, or asks for it twice on the terminal. It is never a flag:
// other users of a machine see those.
func (c *Context) newPassword(file string) (string, error) {
	switch {
	case file == "-":
		return firstLine(c.Stdin)
	case file != "":
		f, err := os.Open(file)
		if err != nil {
			return "", fault.New(fault.Unavailable, "the password file %s cannot be opened; nothing was changed", file)
		}
		defer f.Close() //nolint:errcheck // it was only read
		return firstLine(f)
	}
	in, ok := c.Stdin.(*os.File)
	if !ok || !isTerminal(c.Stdin) {
		return "", fault.New(fault.Denied, "nobody can be asked for a password here: name a file with --password-file")
	}
	password, err := c.askPassword(in, "Password: ")
	if err != nil {
		return "", err
	}
	again, err := c.askPassword(in, "Again: ")
	if err == nil && password != again {
		err = fault.New(fault.Invalid, "the passwords differ; nothing was changed")
	}
	return password, err
}

func (c *Context) askPassword(in *os.File, question string) (string, error) {
	if _, err := fmt.Fprint(c.Stderr, question); err != nil {
		return "", err
	}
	password, err := term.ReadPassword(int(in.Fd()))
	if err != nil {
		return "", fmt.Errorf("read a password: %w", err)
	}
	_, err = fmt.Fprintln(c.Stderr)
	return string(password), err
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, operator.MaxPasswordBytes+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fault.Wrap(fault.Unavailable, err, "the password cannot be read; nothing was changed")
	}
	return strings.TrimRight(line, "\r\n"), nil
}
