package office

import (
	"context"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// Kind is a kind of thing that is entered by itself.
type Kind string

// The kinds, by the names of their lists in the provider file.
const (
	Customers Kind = "customers"
	Plans     Kind = "plans"
	Charges   Kind = "charges"
	Servers   Kind = "servers"
	Settings  Kind = "settings" // with company, currency and time_zone beside it: the head of a provider file
)

// Entry is one thing as a form gives it. It is read as the provider file is, so that a form and a file mean the same,
// and more strictly: what validation would find in a single field is refused beside it. A field that is left out keeps
// its value.
type Entry struct {
	Kind   Kind
	ID     int64    // 0: a new one
	Fields doc.Node // as in the provider file; without the id of a plan or charge, which is made from the name
	// Seen is the thing as the form showed it (from Show). If it is another one by now, nothing is saved: see Stale.
	// Nil: whatever it is now.
	Seen *doc.Node
}

// Enter saves one thing and returns its id. Its faults are a fault.List whose places are fields: email, card.number,
// usage[0].overage.per, settings.smtp.port. A *Stale error says what changed since the form was shown.
func Enter(ctx context.Context, db *store.DB, by store.By, e Entry, vault Vault) (id int64, err error) {
	im := &importer{vault: vault, report: Report{Warnings: []string{}}, entry: &e}
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		im.tx = tx
		if err := im.lock(); err != nil {
			return err
		}
		if err := im.beginEntry(); err != nil {
			return err
		}
		return im.run()
	})
	if err != nil {
		return 0, entryFaults(err, e.Kind)
	}
	return im.enteredID(), nil
}

// Show returns a thing as forms show it: the fields of the provider file, the newest prices. It is NotFound when there
// is none.
func Show(ctx context.Context, db *store.DB, kind Kind, id int64) (node doc.Node, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		node, err = shown(s, kind, id)
		return err
	})
	return node, err
}

// shown is Show within a snapshot.
func shown(s *store.Snapshot, kind Kind, id int64) (doc.Node, error) {
	switch kind {
	case Settings:
		return shownSettings(s)
	case Customers:
		found, err := s.CustomersByID([]int64{id})
		if err != nil || len(found) == 0 {
			return doc.Node{}, orMissing(err, "customer")
		}
		return customerNode(&found[0]), nil
	case Plans:
		all, err := s.Plans()
		for i := range all {
			if all[i].ID == id {
				return planNode(&all[i]), canonicalPlan(&all[i])
			}
		}
		return doc.Node{}, orMissing(err, "hosting plan")
	case Charges:
		all, err := s.Charges()
		for i := range all {
			if all[i].ID == id {
				return chargeNode(&all[i]), canonicalCharge(&all[i])
			}
		}
		return doc.Node{}, orMissing(err, "additional charge")
	case Servers:
		all, err := s.Servers()
		for i := range all {
			if all[i].ID == id {
				return serverNode(&all[i]), nil
			}
		}
		return doc.Node{}, orMissing(err, "server")
	}
	return doc.Node{}, fault.New(fault.Internal, "there is no kind %q", kind)
}

func orMissing(err error, what string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "there is no such %s: it may have been deleted meanwhile", what)
}

func shownSettings(s *store.Snapshot) (doc.Node, error) {
	v, err := s.Settings()
	if err != nil {
		return doc.Node{}, err
	}
	return headNode(&v), nil
}

// headNode is the head of a provider file: what is said before lists of things.
func headNode(v *settings.Settings) doc.Node {
	var n doc.Node
	n.Add("company", companyNode(&v.Company))
	n.Add("currency", doc.TextNode(v.Currency.Code()))
	n.Add("time_zone", doc.TextNode(v.TimeZone))
	n.Add("settings", settingsNode(v))
	return n
}

// NewCustomer returns what the form of a new customer shows.
func NewCustomer() doc.Node {
	c := customer.New("")
	return customerNode(&c)
}
