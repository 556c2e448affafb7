package cli

import (
	"fmt"
	"io"

	"postmeter/internal/app"
)

type versionCmd struct{}

// Help shows an example.
func (*versionCmd) Help() string { return example("postmeter version") }

// Run prints the version.
func (*versionCmd) Run(c *Context) error {
	build := app.Version()
	return c.Result(build, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "postmeter %s (%s, %s)\n", build.Version, build.Go, build.System)
		return err
	})
}
