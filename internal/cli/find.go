package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/stage/gather/servers"
)

// findCmd groups searches over all servers.
type findCmd struct {
	Admin  findAdminCmd  `cmd:"" help:"Find the lists that somebody runs"`
	Member findMemberCmd `cmd:"" help:"Find the lists that somebody is on, and take them off"`
}

type findAdminCmd struct {
	Patterns []string `arg:"" name:"pattern" help:"Addresses, with * for any characters; several parted by |."`
}

// Help shows examples.
func (*findAdminCmd) Help() string {
	return "Administrators are known from the last sync of each server.\n\n" +
		example("postmeter find admin '*@example.org'", "postmeter find admin 'ann@example.org|*jones*'")
}

// foundAdmins is what find admin prints.
type foundAdmins struct {
	Administrators []servers.Administrator `json:"administrators"`
	More           bool                    `json:"more"`
}

// Run finds administrators.
func (cmd *findAdminCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	found, more, err := servers.FindAdministrators(c, db, cmd.Patterns)
	if err != nil {
		return err
	}
	return c.Result(foundAdmins{found, more}, func(w io.Writer) error {
		if len(found) == 0 {
			_, err := fmt.Fprintln(w, "Nobody was found. A part of an address is found with *, such as *jones*.")
			return err
		}
		t := newTable("ADDRESS", "NAME", "ROLE", "LIST", "")
		for _, a := range found {
			gone := ""
			if a.Gone {
				gone = "gone"
			}
			t.add(a.Address, a.Name, a.Role, a.Server+"/"+a.Site+"/"+a.List, gone)
		}
		return errors.Join(t.print(w), others(w, more))
	})
}

// others says that there are more hits than are shown.
func others(w io.Writer, more bool) error {
	if !more {
		return nil
	}
	_, err := fmt.Fprintf(w, "and more; the first %d are shown\n", servers.MaxFound)
	return err
}

type findMemberCmd struct {
	Patterns []string `arg:"" name:"pattern" help:"Addresses, with * for any characters; several parted by |."`
	Server   []string `placeholder:"NAME" sep:"none" help:"Only on this server; may be given several times (default: all)."`
	Delete   bool     `help:"Take the members that are found off all their lists."`
	Yes      bool     `help:"Do not ask."`
}

// Help shows examples.
func (*findMemberCmd) Help() string {
	return "All servers are asked at once; one that does not answer is told, and the others count. Owners and moderators are shown, and not deleted.\n\n" +
		example("postmeter find member ann@example.org", "postmeter find member 'ann@example.org|*@left.example' --delete")
}

// Run finds members, and takes them off their lists.
func (cmd *findMemberCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	deps, bar := c.servers(db)
	bar.Done()
	found, err := servers.FindMembers(c, deps, cmd.Server, cmd.Patterns)
	if err != nil {
		return err
	}
	name := func(m *servers.Members) string { return m.Server }
	found = only(found, cmd.Server, name, func(m *servers.Members) servers.Status { return m.Status })
	if cmd.Delete {
		if err := cmd.remove(c, deps, found); err != nil {
			return err
		}
	}
	if err := c.Result(found, func(w io.Writer) error { return printMembers(w, found) }); err != nil {
		return err
	}
	return failures(found, name, (*servers.Members).Err)
}

// remove asks, naming every list, and deletes.
func (cmd *findMemberCmd) remove(c *Context, deps servers.Deps, found []*servers.Members) error {
	var what []string
	for _, m := range found {
		if m.More {
			return fmt.Errorf("%s has more such members than can be named at once: look for fewer; nothing was deleted", m.Server)
		}
		for _, d := range m.ToDelete() {
			what = append(what, fmt.Sprintf("%s from %s/%s/%s", d.Address, m.Server, d.Site, d.List))
		}
	}
	if len(what) == 0 {
		return nil
	}
	if err := c.confirm(cmd.Yes, fmt.Sprintf("%d memberships are to be deleted: %s.", len(what), strings.Join(what, ", "))); err != nil {
		return err
	}
	return servers.DeleteMembers(c, deps, found)
}

func printMembers(w io.Writer, found []*servers.Members) error {
	t := newTable("ADDRESS", "NAME", "ROLE", "LIST", "DELETED")
	more, asked, hits := false, []string{}, 0
	for _, m := range found {
		if m.Status == servers.NoAPI {
			continue
		}
		asked, more = append(asked, m.Server), more || m.More
		for _, f := range m.Members {
			hits++
			t.add(f.Address, f.Name, f.Role, m.Server+"/"+f.Site+"/"+f.List, f.Deleted)
		}
	}
	if hits == 0 {
		_, err := fmt.Fprintf(w, "Nobody was found on %s.\n", or(strings.Join(asked, ", "), "any server: none can be asked"))
		return err
	}
	return errors.Join(t.print(w), others(w, more))
}
