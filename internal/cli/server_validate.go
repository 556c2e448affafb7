package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather/servers"
)

type serverValidateCmd struct {
	Names []string `arg:"" optional:"" name:"name" help:"Servers (default: all)."`
}

// Help shows examples.
func (*serverValidateCmd) Help() string {
	return "Each server is asked whether it is well and what it has, and that is compared with what billing knows. Nothing is changed. " +
		"A server that could not be asked makes the exit status 1; what was found on the others does not.\n\n" +
		example("postmeter server validate", "postmeter server validate lists1 --text")
}

// Run validates servers.
func (cmd *serverValidateCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	reports, err := servers.ValidateAll(c, deps, cmd.Names)
	bar.Done()
	if err != nil {
		return err
	}
	if err := c.Result(reports, func(w io.Writer) error { return printValidations(w, reports) }); err != nil {
		return err
	}
	return failures(reports, func(v *servers.Validation) string { return v.Server }, (*servers.Validation).Err)
}

func printValidations(w io.Writer, reports []*servers.Validation) error {
	var b strings.Builder
	for i, v := range reports {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s: %s", v.Server, v.Status)
		if v.Version != "" {
			b.WriteString(", " + v.Version)
		}
		if v.Status == servers.Done {
			fmt.Fprintf(&b, "; %d lists known, %d missing, %d new", v.Known, v.MissingAll, v.NewAll)
		}
		b.WriteString("\n")
		for _, f := range v.Findings {
			printFinding(&b, f)
		}
		names(&b, v.Server, "missing (server fix)", v.Missing)
		names(&b, v.Server, "new (server sync)", v.New)
		names(&b, v.Server, "renamed (server sync)", v.Renamed)
		names(&b, v.Server, "marked gone, and there (server sync)", v.Back)
		suggested(&b, v.Suggestions)
		if v.Doubt != "" {
			fmt.Fprintf(&b, "%s: %s (server sync --confirm)\n", v.Server, v.Doubt)
		}
	}
	if len(reports) == 0 {
		b.WriteString("There are no servers.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printFinding(b *strings.Builder, f servers.Finding) {
	fmt.Fprintf(b, "  %-8s %-13s %s\n", f.Severity, f.Code, f.Message)
	if f.Severity == hosting.Fine || f.Remedy == "" {
		return
	}
	for line := range strings.SplitSeq(strings.TrimRight(f.Remedy, "\n"), "\n") {
		fmt.Fprintf(b, "      %s\n", line)
	}
	if f.Code == servers.CountersFinding {
		b.WriteString("      server sync NAME --counter zero|here|last, ingest --counter\n")
	}
}
