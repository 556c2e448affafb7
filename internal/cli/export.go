package cli

import (
	"errors"

	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/office"
)

type exportCmd struct{}

// Help shows examples.
func (*exportCmd) Help() string {
	return example("postmeter export > provider.yaml", "postmeter export --json > provider.json")
}

// Run writes the provider file to standard output: YAML, or JSON with --json.
func (*exportCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	out := providerfile.NewWriter(c.Stdout, c.JSONAsked)
	if err := office.Export(c, db, out); err != nil {
		return err
	}
	return out.Close()
}
