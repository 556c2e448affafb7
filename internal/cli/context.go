package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/mattn/go-isatty"

	"postmeter/internal/app"
)

// Context is what a command gets. It is a context.Context that ends when the
// program is told to stop; pass it to everything that may take long.
type Context struct {
	context.Context

	Stdin  io.Reader
	Stdout io.Writer // results only
	Stderr io.Writer // everything else
	Now    func() time.Time
	Env    func(string) string // looks up an environment variable
	JSON   bool                // the result is wanted as JSON: --json, or no terminal and no --text
	// JSONAsked: --json was given. For results that are no table: export, version.
	JSONAsked bool
	Config    app.Config
}

// Result prints the result of a command: as one JSON document, or for people by
// calling human. A program that reads a pipe gets JSON without asking; people
// who pipe a table say --text.
func (c *Context) Result(value any, human func(io.Writer) error) error {
	if c.JSON {
		return c.PrintJSON(value)
	}
	return human(c.Stdout)
}

// PrintJSON prints value as one JSON document, two spaces to a level, without
// escaping <, > and &.
func (c *Context) PrintJSON(value any) error {
	e := json.NewEncoder(c.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// isTerminal tells whether a stream is a terminal that somebody looks at.
func isTerminal(stream any) bool {
	if w, ok := stream.(*checkedWriter); ok {
		stream = w.to
	}
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && isatty.IsTerminal(f.Fd())
}

// checkedWriter remembers the first error of a writer, so that a result that
// could not be written is never taken for success.
type checkedWriter struct {
	to  io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}
