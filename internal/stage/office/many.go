package office

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
)

// MaxMany is how many customers are changed at once at most.
const MaxMany = 5000

// Many is what is changed of many customers. Nil leaves a field as it is.
type Many struct {
	Type            *string
	Active          *bool
	InvoiceTemplate *string // "": the built-in one
	WebTemplate     *string // "": the built-in one
	AddPerson       string  // a salesperson that is added, or ""
	RemovePerson    string  // a salesperson that is taken away, or ""
}

// ManyChange is what becomes of one customer.
type ManyChange struct {
	ID      int64
	Company string
	Fields  []FieldText
}

// FieldText is a field with its text before and after.
type FieldText struct{ Field, Was, Now string }

// PreviewMany says what Many would change of customers, by company. It leaves out those that stay as they are.
func PreviewMany(ctx context.Context, db *store.DB, ids []int64, m Many) (out []ManyChange, err error) {
	if err := m.check(ids); err != nil {
		return nil, err
	}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.CustomersByID(ids)
		for i := range found {
			after := m.apply(found[i])
			if fields := manyFields(&found[i], &after); len(fields) > 0 {
				out = append(out, ManyChange{found[i].ID, found[i].Company, fields})
			}
		}
		return err
	})
	slices.SortFunc(out, func(a, b ManyChange) int { return strings.Compare(a.Company, b.Company) })
	return out, err
}

// EditMany changes many customers in one transaction, each with its history, and says how many it changed.
func EditMany(ctx context.Context, db *store.DB, by store.By, ids []int64, m Many) (changed int, err error) {
	if err := m.check(ids); err != nil {
		return 0, err
	}
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		changed = 0
		if err := tx.Lock("import", 0); err != nil { // as importer.lock
			return err
		}
		found, err := tx.CustomersByID(ids)
		if err != nil {
			return err
		}
		for i := range found {
			after := m.apply(found[i])
			if after.Equal(&found[i]) {
				continue
			}
			changed++
			if err := saveOne(tx, &found[i], &after); err != nil {
				return err
			}
		}
		return nil
	})
	return changed, err
}

func saveOne(tx *store.Tx, before, after *customer.Customer) error {
	if err := tx.BumpCustomer(after.ID); err != nil {
		return err
	}
	if err := tx.UpdateCustomer(after); err != nil {
		return err
	}
	was, is := changedFields(customerNode(before), customerNode(after))
	return tx.Record(store.Change{CustomerID: after.ID, Entity: "customer", EntityID: after.ID, Action: "changed", Before: raw(was), After: raw(is)})
}

func (m *Many) check(ids []int64) error {
	var faults fault.List
	switch {
	case len(ids) == 0:
		faults.Add("", "no customer is selected: tick some first")
	case len(ids) > MaxMany:
		faults.Add("", "more than %d customers are selected: that many can be changed at once; narrow the list", MaxMany)
	}
	if *m == (Many{}) {
		faults.Add("", "nothing is to be changed: choose what")
	}
	for _, name := range []struct{ place, text string }{{"add_person", m.AddPerson}, {"remove_person", m.RemovePerson}} {
		if utf8.RuneCountInString(name.text) > maxLine {
			faults.Add(name.place, "has more than %d characters", maxLine)
		}
	}
	return faults.Err()
}

// apply returns a customer as it is afterwards.
func (m *Many) apply(c customer.Customer) customer.Customer {
	if m.Type != nil {
		c.Type = *m.Type
	}
	if m.Active != nil {
		c.Active = *m.Active
	}
	if m.InvoiceTemplate != nil {
		c.InvoiceTemplate = *m.InvoiceTemplate
	}
	if m.WebTemplate != nil {
		c.WebTemplate = *m.WebTemplate
	}
	people := slices.Clone(c.Salespeople)
	if m.RemovePerson != "" {
		people = slices.DeleteFunc(people, func(p string) bool { return strings.EqualFold(p, m.RemovePerson) })
	}
	if m.AddPerson != "" && !slices.ContainsFunc(people, func(p string) bool { return strings.EqualFold(p, m.AddPerson) }) {
		people = append(people, m.AddPerson)
	}
	if len(people) == 0 {
		people = nil
	}
	c.Salespeople = people
	return c
}

func manyFields(before, after *customer.Customer) (out []FieldText) {
	activity := map[bool]string{true: "Active", false: "Inactive"}
	for _, f := range []FieldText{
		{"Type", before.Type, after.Type}, {"Is Active", activity[before.Active], activity[after.Active]},
		{"Invoice Template", templateText(before.InvoiceTemplate), templateText(after.InvoiceTemplate)},
		{"Web Template", templateText(before.WebTemplate), templateText(after.WebTemplate)},
		{"Salespeople", strings.Join(before.Salespeople, ", "), strings.Join(after.Salespeople, ", ")},
	} {
		if f.Was != f.Now {
			out = append(out, f)
		}
	}
	return out
}

// templateText is the name of a template as people read it.
func templateText(name string) string {
	if name == "" {
		return "Built-in"
	}
	return name
}
