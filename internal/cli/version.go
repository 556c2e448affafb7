package cli

import (
	"fmt"

	"postmeter/internal/app"
)

type versionCmd struct{}

// Help shows an example.
func (*versionCmd) Help() string { return example("postmeter version") }

// Run prints the version.
func (*versionCmd) Run(c *Context) error {
	build := app.Version()
	if c.JSONAsked {
		return c.PrintJSON(build)
	}
	_, err := fmt.Fprintf(c.Stdout, "postmeter %s (%s, %s)\n", build.Version, build.Go, build.System)
	return err
}
