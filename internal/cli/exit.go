package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit codes of every command.
const (
	exitDone   = 0 // it did what was asked
	exitFailed = 1 // it could not
	exitUsage  = 2 // the command line was wrong
)

// usageError is a wrong command line.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// usagef returns an error for a command line that kong can't know to be wrong,
// such as two flags that contradict each other. It gives exit code 2.
func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// report says on standard error what went wrong, and returns the exit code. It
// is the only place that decides either.
func report(stderr io.Writer, err error, interrupted bool) int {
	if err == nil {
		return exitDone
	}
	code, message := exitFailed, oneLine(err.Error())
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		code = exitUsage
	case interrupted:
		message = "interrupted; what was finished is kept, run it again to go on (" + message + ")"
	}
	if _, err := fmt.Fprintf(stderr, "postmeter: %s\n", message); err != nil {
		return exitFailed // nobody is left to tell
	}
	return code
}

// oneLine joins the lines of a message, so that a program that reads standard
// error can take it line by line.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
