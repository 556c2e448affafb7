package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/fault"
)

// confirm asks before something that cannot be undone, and returns an error unless the answer is yes. yes is the flag
// --yes, which answers beforehand. Without a terminal nobody can be asked, and nothing is done.
func (c *Context) confirm(yes bool, question string) error {
	if yes {
		return nil
	}
	if !isTerminal(c.Stdin) {
		return fault.New(fault.Denied, "%s Nobody can be asked here, so nothing was done: answer with --yes", question)
	}
	return ask(c.Stdin, c.Stderr, question)
}

// ask reads the answer to a question; anything but yes is no.
func ask(in io.Reader, out io.Writer, question string) error {
	if _, err := fmt.Fprintf(out, "%s [y/N] ", question); err != nil {
		return err
	}
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return fault.New(fault.Denied, "nothing was done")
}
