package cli

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"
)

// errHelpShown ends the parsing of a command line that asked for help.
var errHelpShown = errors.New("help was shown")

// helpFlag is --help. It prints the help of the command that was named before it.
type helpFlag bool

// BeforeReset prints the help; kong calls it before it looks for what is
// missing, so that help never asks for arguments.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	return errors.Join(errHelpShown, ctx.PrintUsage(false))
}

// example renders the help text of a command: its examples, one a line, each
// starting with "postmeter".
func example(lines ...string) string {
	title := "Example:"
	if len(lines) > 1 {
		title = "Examples:"
	}
	return title + "\n\n    " + strings.Join(lines, "\n    ")
}
