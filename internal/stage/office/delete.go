package office

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
)

// DeleteCustomer removes a customer with its contracts and drafts. company must be its name, as a check that the right
// one is meant. One with sent invoices, or with bookings, is a Conflict: those are business records. Its history stays.
func DeleteCustomer(ctx context.Context, db *store.DB, by store.By, id int64, company string) error {
	return db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.Lock("import", 0); err != nil { // as importer.lock: what it has is nobody's after
			return err
		}
		found, err := tx.CustomersByID([]int64{id})
		if err != nil || len(found) == 0 {
			return orMissing(err, "customer")
		}
		if found[0].Company != company {
			return fault.At("company", "is not the name of this customer: type %s to delete it", found[0].Company)
		}
		if err := tx.LockBills(); err != nil { // a draft must not become an invoice meanwhile
			return err
		}
		before := raw(customerNode(&found[0]))
		if err := tx.Record(store.Change{CustomerID: id, Entity: "customer", EntityID: id, Action: "deleted", Before: before}); err != nil {
			return err
		}
		return tx.DeleteCustomer(id)
	})
}

// Belongings counts what belongs to a customer, so that a page can show what deleting it would take along.
func Belongings(ctx context.Context, db *store.DB, id int64) (b store.Belongings, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		b, err = s.Belongings(id)
		return err
	})
	return b, err
}
