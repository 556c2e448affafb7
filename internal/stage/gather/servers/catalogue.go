package servers

import (
	"context"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
)

// catalogue reads everything that a server has.
func (d *Deps) catalogue(ctx context.Context, t *target, conn listserver.Server) (*hosting.Catalogue, error) {
	var c hosting.Catalogue
	err := d.asked(ctx, func(ctx context.Context) (err error) {
		c, err = conn.Catalogue(ctx, d.reading(t))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &c, tidy(&c)
}

// tidy brings a catalogue into its order, and finds names that cannot be kept.
func tidy(c *hosting.Catalogue) error {
	if err := c.Sort(); err != nil {
		return err
	}
	for _, site := range c.Sites {
		if err := check("site", site); err != nil {
			return err
		}
	}
	for i := range c.Lists {
		l := &c.Lists[i]
		if err := check("site", l.Site); err != nil {
			return err
		}
		if err := check("list", l.Name); err != nil {
			return err
		}
		l.RemoteID = clean(l.RemoteID)
		for j := range l.Administrators {
			a := &l.Administrators[j]
			a.Address, a.Name = clean(a.Address), clean(a.Name)
		}
	}
	return nil
}

func check(what, name string) error {
	err := hosting.CheckName(name)
	if err == nil && !utf8.ValidString(name) {
		err = fault.New(fault.Invalid, "is not UTF-8")
	}
	return fault.Wrap(fault.Invalid, err, "the server has a %s whose name cannot be kept (%q): it %v; nothing was changed", what, name, err)
}

// clean returns text as a database can keep it.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}
