package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/office"
)

type importCmd struct {
	Files []string `arg:"" name:"file" help:"Provider files, YAML or JSON; - is standard input. Several are one unit."`
}

// Help shows examples.
func (*importCmd) Help() string {
	return example("postmeter import provider.yaml", "postmeter import catalogue.yaml customers.json")
}

// Run takes the files in, all of them or nothing.
func (cmd *importCmd) Run(c *Context) (err error) {
	files, err := cmd.parse(c)
	if err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	report, err := office.Import(c, db, c.By(), files, c.vault())
	if err != nil {
		return err
	}
	for _, w := range report.Warnings {
		if _, err := fmt.Fprintln(c.Stderr, "postmeter: warning: "+oneLine(w)); err != nil {
			return err
		}
	}
	return c.Result(report, func(w io.Writer) error { return printImport(w, report) })
}

func (cmd *importCmd) parse(c *Context) ([]office.File, error) {
	var files []office.File
	var faults fault.List
	for _, name := range cmd.Files {
		called := name
		if name == "-" {
			called = "standard input"
		}
		data, err := readInput(c, name)
		if err != nil {
			faults = append(faults, office.InFile(called, err)...)
			continue
		}
		root, err := providerfile.Parse(name, data)
		if err != nil {
			faults = append(faults, office.InFile(called, err)...)
			continue
		}
		files = append(files, office.File{Name: called, Root: root})
	}
	return files, faults.Err()
}

// readInput reads a file, or standard input, up to the longest document that is taken.
func readInput(c *Context, name string) (data []byte, err error) {
	in := c.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			var path *fs.PathError
			if errors.As(err, &path) {
				err = path.Err
			}
			return nil, fault.New(fault.Unavailable, "the file cannot be opened: %v; nothing was changed", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		in = file
	}
	data, err = io.ReadAll(io.LimitReader(in, doc.MaxBytes+1))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the file cannot be read: %v; nothing was changed", errors.Unwrap(err))
	}
	return data, nil
}

// printImport says in a few lines what an import did.
func printImport(w io.Writer, r *office.Report) error {
	var out strings.Builder
	changed := r.SettingsChanged
	for _, kind := range []struct {
		name  string
		count office.Count
	}{
		{"plans", r.Plans}, {"charges", r.Charges}, {"servers", r.Servers}, {"lists", r.Lists}, {"customers", r.Customers},
	} {
		n := kind.count
		changed = changed || n.Added+n.Changed > 0
		if n.Added+n.Changed+n.Unchanged > 0 {
			fmt.Fprintf(&out, "%-10s %6d added %6d changed %6d as before\n", kind.name, n.Added, n.Changed, n.Unchanged)
		}
	}
	if r.SettingsChanged {
		out.WriteString("settings   changed\n")
	}
	if r.AdoptedUsage > 0 {
		fmt.Fprintf(&out, "usage      %d records found earlier now belong to a list\n", r.AdoptedUsage)
	}
	if !changed {
		out.WriteString("nothing was changed\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}
