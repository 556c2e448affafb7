package office

import (
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// readLists reads the lists of the files, and looks up those that groups name.
func (im *importer) readLists() error {
	stored, err := im.tx.ListsAt(im.placesNamed(), im.serverIDs)
	if err != nil {
		return err
	}
	im.lists = make(map[hosting.Place]*hosting.List, len(stored))
	for i := range stored {
		im.lists[stored[i].Place] = &stored[i]
	}
	seen := map[hosting.Place]string{}
	var added []*hosting.List
	for _, f := range im.files {
		f.r.Each("lists", func(_ int, r *doc.Reader) {
			place := hosting.Place{Server: im.server(r), Site: name(r, "site"), List: name(r, "list")}
			if first, again := seen[place]; again {
				r.Fault("", "the %s is given twice, first in %s", place.Describe(), first)
			}
			seen[place] = f.name + ": " + r.Path()
			if v := im.readList(r, place); v != nil {
				added = append(added, v)
			}
			r.Done()
		})
	}
	if len(added) > 0 {
		im.save(func() error { return im.addLists(added) })
	}
	return nil
}

// placesNamed returns every place of a list in the files, each once.
func (im *importer) placesNamed() []hosting.Place {
	seen := map[hosting.Place]bool{}
	var out []hosting.Place
	add := func(n *doc.Node) {
		p := hosting.Place{Server: textAt(n, "server"), Site: textAt(n, "site"), List: textAt(n, "list")}
		if p.List != "" && im.serverIDs[p.Server] != 0 && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, f := range im.files {
		each(f.root, "lists", add)
		each(f.root, "customers", func(c *doc.Node) {
			each(c, "groups", func(g *doc.Node) { each(g, "objects", add) })
		})
	}
	return out
}

func each(n *doc.Node, field string, do func(*doc.Node)) {
	if list := n.Lookup(field); list != nil {
		for i := range list.Items {
			do(&list.Items[i])
		}
	}
}

func textAt(n *doc.Node, field string) string {
	if v := n.Lookup(field); v != nil {
		return v.Text
	}
	return ""
}

// server reads the name of a server that must be there.
func (im *importer) server(r *doc.Reader) string {
	v := r.Name("server")
	if v != "" && im.servers[v] == nil {
		r.Fault("server", "there is no server %q: add it to servers", v)
	}
	return v
}

// readList reads one list, and returns it if it is new.
func (im *importer) readList(r *doc.Reader, place hosting.Place) *hosting.List {
	stored := im.lists[place]
	v := hosting.List{Place: place, Life: period.Open(), Gone: period.Last}
	if stored != nil {
		v = *stored
	}
	date(r, "start", &v.Life.Start, period.First)
	date(r, "end", &v.Life.End, period.Last)
	if !v.Life.Valid() {
		r.Fault("", "ends before it starts: %s", v.Life)
	}
	date(r, "gone", &v.Gone, period.Last)
	text(r, "remote_id", &v.RemoteID)
	list := &v
	im.lists[place] = list
	switch {
	case stored == nil:
		im.report.Lists.Added++
		im.record(func() store.Change {
			return store.Change{Entity: "list", EntityID: list.ID, Action: "created", After: raw(listNode(list))}
		})
		return list
	case *stored == v:
		im.report.Lists.Unchanged++
	default:
		im.report.Lists.Changed++
		im.save(func() error { return im.tx.UpdateList(list) })
		before, after := changedFields(listNode(stored), listNode(list))
		im.record(func() store.Change {
			return store.Change{Entity: "list", EntityID: list.ID, Action: "changed", Before: raw(before), After: raw(after)}
		})
	}
	return nil
}

// addLists stores new lists, and takes over the usage that was found for them before they were known.
func (im *importer) addLists(added []*hosting.List) error {
	if err := im.tx.InsertLists(added, im.serverIDs); err != nil {
		return err
	}
	adopted := map[int64]bool{}
	for _, v := range added {
		id := im.serverIDs[v.Place.Server]
		if adopted[id] {
			continue
		}
		adopted[id] = true
		moved, err := im.tx.AdoptUnknownUsage(id, im.zone)
		if err != nil {
			return err
		}
		im.report.AdoptedUsage += moved
	}
	return nil
}

// date reads a date, if the file gives it; null is an open end.
func date(r *doc.Reader, field string, into *period.Date, open period.Date) {
	if r.Given(field) {
		*into = r.Date(field, open)
	}
}
