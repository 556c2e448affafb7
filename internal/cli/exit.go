package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"postmeter/internal/domain/fault"
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
// is the only place that decides either: one line for an error, and one for each
// fault if an input has several.
func report(stderr io.Writer, err error, interrupted bool) int {
	if err == nil {
		return exitDone
	}
	code := exitFailed
	var usage *usageError
	if errors.As(err, &usage) {
		code = exitUsage
	}
	for _, message := range messages(err, interrupted) {
		if _, err := fmt.Fprintf(stderr, "postmeter: %s\n", message); err != nil {
			return exitFailed // nobody is left to tell
		}
	}
	return code
}

// reportBug says that the program itself is wrong, and where.
func reportBug(stderr io.Writer, bug any) {
	message := fmt.Sprintf("a fault in Postmeter itself: %v; what was finished is kept, please report this with the lines below", bug)
	_, _ = fmt.Fprintf(stderr, "postmeter: %s\n%s", oneLine(message), debug.Stack()) //nolint:errcheck // nobody is left to tell
}

// messages returns the lines that tell people about err.
func messages(err error, interrupted bool) []string {
	var faults fault.List
	switch {
	case interrupted || fault.KindOf(err) == fault.Canceled:
		return []string{"interrupted; what was finished is kept, run it again to go on (" + oneLine(err.Error()) + ")"}
	case errors.As(err, &faults):
		where := strings.TrimSuffix(err.Error(), faults.Error()) // such as the name of the file
		lines := make([]string, len(faults))
		for i, f := range faults {
			lines[i] = oneLine(where + f.Error() + typed(f))
		}
		return lines
	}
	return []string{oneLine(err.Error() + typed(err) + cause(err))}
}

// typed returns what to type against a fault, in brackets. Pages have a button for it.
func typed(err error) string {
	if command := fault.CommandOf(err); command != "" {
		return " (" + command + ")"
	}
	return ""
}

// cause returns the technical cause that a fault hides from pages, in brackets.
// On the command line the reader runs the machine, and needs it to mend it. Bad
// input needs none: its message already says what to do.
func cause(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) || f.Cause == nil {
		return ""
	}
	switch f.Kind {
	case fault.Invalid, fault.NotFound, fault.Conflict:
		return ""
	}
	return " (" + f.Cause.Error() + ")"
}

// oneLine joins the lines of a message, so that a program that reads standard
// error can take it line by line.
func oneLine(text string) string {
	var lines []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "; ")
}
