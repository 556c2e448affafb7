package office

import (
	"errors"
	"strconv"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
)

// formName is what an entry is called where a file has a name. It is taken out of the places of faults again.
const formName = "form"

// beginEntry looks whether the thing is still what the form showed, and makes a file of the entry.
func (im *importer) beginEntry() error {
	e := im.entry
	fields := doc.Node{Kind: doc.Object, Fields: append([]doc.Field(nil), e.Fields.Fields...)}
	var now doc.Node
	if e.ID != 0 || e.Kind == Settings {
		var err error
		if now, err = shown(&im.tx.Snapshot, e.Kind, e.ID); err != nil {
			return err
		}
		if e.Seen != nil {
			if stale := compare(*e.Seen, now); stale != nil {
				return im.whose(stale, e)
			}
		}
	}
	root := fields
	if e.Kind != Settings {
		if err := im.giveKey(&fields, &now); err != nil {
			return err
		}
		root = doc.Node{}
		root.Add(string(e.Kind), doc.Node{Kind: doc.Array, Items: []doc.Node{fields}})
	}
	im.files = []*file{{name: formName, r: doc.NewReader(&root), root: &root}}
	return nil
}

// giveKey gives the entry the key by which an import finds it. A plan or a charge has a code, which is made from its
// name once and then stays, since lines of bills name it; a server keeps its name for the same reason.
func (im *importer) giveKey(fields, now *doc.Node) error {
	e := im.entry
	key := map[Kind]string{Plans: "id", Charges: "id", Servers: "name"}[e.Kind]
	switch {
	case key == "":
	case e.ID != 0:
		set(fields, key, doc.TextNode(textAt(now, key)))
	case e.Kind == Servers:
		im.entryKey = textAt(fields, "name")
		return nil
	default:
		codes, err := im.codes()
		if err != nil {
			return err
		}
		set(fields, key, doc.TextNode(freeCode(textAt(fields, "name"), codes)))
	}
	im.entryKey = textAt(fields, key)
	return nil
}

// codes returns the codes of the catalogue's plans or charges.
func (im *importer) codes() (map[string]bool, error) {
	out := map[string]bool{}
	plans, err := im.tx.Plans()
	if err != nil {
		return nil, err
	}
	for i := range plans {
		out[plans[i].Code] = true
	}
	charges, err := im.tx.Charges()
	for i := range charges {
		out[charges[i].Code] = true
	}
	return out, err
}

// maxCode is the length that a code made from a name has at most, in bytes.
const maxCode = 40

// freeCode makes a code of a name: lower case letters, digits and dashes, and a number if another has it.
func freeCode(name string, taken map[string]bool) string {
	var code strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case code.Len() >= maxCode:
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			code.WriteRune(c)
		case code.Len() > 0 && !strings.HasSuffix(code.String(), "-"):
			code.WriteByte('-')
		}
	}
	base := strings.Trim(code.String(), "-")
	if base == "" {
		base = "item"
	}
	for free, n := base, 2; ; n++ {
		if !taken[free] {
			return free
		}
		free = base + "-" + strconv.Itoa(n)
	}
}

func set(n *doc.Node, name string, value doc.Node) {
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			n.Fields[i].Value = value
			return
		}
	}
	n.Add(name, value)
}

// enteredID is the id of what was entered.
func (im *importer) enteredID() int64 {
	switch e := im.entry; {
	case e.ID != 0:
		return e.ID
	case e.Kind == Plans:
		return im.plans[im.entryKey].ID
	case e.Kind == Charges:
		return im.charges[im.entryKey].ID
	case e.Kind == Servers:
		return im.serverIDs[im.entryKey]
	case e.Kind == Customers:
		return im.customers[0].row.ID
	}
	return 0
}

// entryFaults takes the file and the list out of the places of faults, so that what is left is the field.
func entryFaults(err error, kind Kind) error {
	var list fault.List
	if !errors.As(err, &list) {
		return err
	}
	out := make(fault.List, len(list))
	for i, e := range list {
		c := *e
		c.Place = strings.TrimPrefix(strings.TrimPrefix(c.Place, formName), ": ")
		c.Place = strings.TrimPrefix(strings.TrimPrefix(c.Place, string(kind)+"[0]"), ".")
		out[i] = &c
	}
	return out
}

// Stale says that a thing was changed by somebody else since a form showed it. Nothing was saved.
type Stale struct {
	Changes []FieldChange
	Actor   string // who changed it last; "" if nobody knows
	At      int64  // when, UTC microseconds
}

// FieldChange is one field that changed meanwhile.
type FieldChange struct {
	Field string // as in the provider file
	Seen  string // what the form showed, as JSON
	Now   string // what it is, as JSON
}

// Error says how many fields changed.
func (s *Stale) Error() string {
	if len(s.Changes) == 1 {
		return "somebody changed this meanwhile: one field is another; nothing was saved"
	}
	return "somebody changed this meanwhile: " + strconv.Itoa(len(s.Changes)) + " fields are others; nothing was saved"
}

// Unwrap makes it a Conflict.
func (s *Stale) Unwrap() error { return fault.New(fault.Conflict, "%s", s.Error()) }

// compare returns what differs between a thing as it was seen and as it is; nil if nothing does.
func compare(seen, now doc.Node) *Stale {
	was, is := changedFields(seen, now)
	var stale Stale
	for i := range was.Fields {
		stale.add(was.Fields[i].Name, &was, &is)
	}
	for i := range is.Fields {
		if was.Lookup(is.Fields[i].Name) == nil && !stale.has(is.Fields[i].Name) {
			stale.add(is.Fields[i].Name, &was, &is)
		}
	}
	if len(stale.Changes) == 0 {
		return nil
	}
	return &stale
}

func (s *Stale) has(field string) bool {
	for _, c := range s.Changes {
		if c.Field == field {
			return true
		}
	}
	return false
}

func (s *Stale) add(field string, was, is *doc.Node) {
	text := func(n *doc.Node) string {
		if v := n.Lookup(field); v != nil {
			return string(v.AppendJSON(nil))
		}
		return ""
	}
	s.Changes = append(s.Changes, FieldChange{Field: field, Seen: text(was), Now: text(is)})
}

// lock makes imports, and entries of forms, that add the same wait for each other.
func (im *importer) lock() error { return im.tx.Lock("import", 0) }
