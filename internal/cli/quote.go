package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // scenarios name time zones, and a bare machine has none

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/rating/scenario"
)

type quoteCmd struct {
	File string `arg:"" help:"Scenario in JSON, - for standard input."`
}

// Help shows an example.
func (*quoteCmd) Help() string { return example("postmeter quote tariff.json") }

// Run rates the scenario and prints the quote. The quote of a faulty scenario
// is printed too: it holds the error.
func (cmd *quoteCmd) Run(c *Context) error {
	data, err := readWhole(c.Stdin, cmd.File, doc.MaxBytes)
	if err != nil {
		return err
	}
	quote, failed := scenario.Quote(data)
	if _, err := c.Stdout.Write(quote); err != nil {
		return errors.Join(failed, fmt.Errorf("print the quote: %w", err))
	}
	return failed
}

// readWhole reads a file, or standard input if it is called -, of at most limit
// bytes and one more, which shows the reader that it is too long.
func readWhole(stdin io.Reader, file string, limit int64) ([]byte, error) {
	from := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // it is only read
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return data, nil
}
