package office

import (
	"postmeter/internal/domain/doc"
	"postmeter/internal/store"
)

// readCatalogue reads what files say of the plans or charges under a key, each id once, and raises the catalogue's revision
// if anything changed.
func (im *importer) readCatalogue(key string, read func(r *doc.Reader, code string) (changed bool, err error)) (err error) {
	seen, changed := map[string]string{}, false
	for _, f := range im.files {
		f.stampEarlier(key)
		f.r.Each(key, func(_ int, r *doc.Reader) {
			code := name(r, "id")
			once(r, "id", seen, f, code)
			one, failed := read(r, code)
			changed = changed || one
			if err == nil {
				err = failed
			}
			r.Done()
		})
	}
	im.bumpCatalog(changed)
	return err
}

// stampEarlier gives each earlier version the id of its entry, so that it can be read like one.
func (f *file) stampEarlier(field string) {
	each(f.root, field, func(n *doc.Node) {
		each(n, "earlier", func(v *doc.Node) {
			if v.Kind == doc.Object && v.Lookup("id") == nil {
				v.Add("id", doc.TextNode(textAt(n, "id")))
			}
		})
	})
}

// bumpCatalog raises the catalogue's revision, so that drafts made from the old one are stale.
func (im *importer) bumpCatalog(changed bool) {
	if changed && !im.catalogBumped {
		im.catalogBumped = true
		im.save(func() error {
			_, err := im.tx.Bump("catalog")
			return err
		})
	}
}

// catalogueItem is a plan or a charge that was read, beside what is stored.
type catalogueItem struct {
	entity            string // plan, charge
	count             *Count
	stored            *doc.Node // nil for a new one
	now               doc.Node
	described, priced bool // what differs: the item itself, or one of its versions
	insert, update    func() error
	id                func() int64 // once it is stored
}

// saveItem notes what is to be written of an item, and says whether anything is.
func (im *importer) saveItem(i *catalogueItem) bool {
	change := store.Change{Entity: i.entity, Action: "changed"}
	switch {
	case i.stored == nil:
		i.count.Added++
		change.Action, change.After = "created", raw(i.now)
		im.save(i.insert)
	case i.described || i.priced:
		i.count.Changed++
		before, after := changedFields(*i.stored, i.now)
		change.Before, change.After = raw(before), raw(after)
		if i.described {
			im.save(i.update)
		}
	default:
		i.count.Unchanged++
		return false
	}
	im.record(func() store.Change {
		change.EntityID = i.id()
		return change
	})
	return true
}
