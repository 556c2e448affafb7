package billrun_test

import (
	"context"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// validates looks at all customers for a period, and keeps what is found.
func (h *house) validates(job int64, p period.Period) {
	h.Helper()
	findings, err := billrun.Validate(context.Background(), h.db, by(), billrun.Options{Period: p})
	h.must(err)
	h.must(h.db.Write(context.Background(), store.By{Actor: "ann", At: by().At}, func(tx *store.Tx) error {
		_, err := billrun.KeepFindings(tx, job, p, findings)
		return err
	}))
}

// newEntries returns what the time lines say of validations since it was asked last, by customer.
func (h *house) newEntries() string {
	h.Helper()
	out := h.rows(`SELECT c.company, h.actor, h.action, h.before, h.after FROM history h JOIN customer c ON c.id = h.customer_id
		WHERE h.entity = 'validation' AND h.happened_at > 0 AND h.id > (SELECT COALESCE(max(entity_id), 0) FROM history WHERE entity = 'test') ORDER BY c.company, h.id`)
	h.must(h.db.Write(context.Background(), by(), func(tx *store.Tx) error {
		last := h.rows(`SELECT max(id) FROM history`)
		id := int64(0)
		for _, digit := range last[:len(last)-1] {
			id = 10*id + int64(digit-'0')
		}
		return tx.Record(store.Change{Entity: "test", EntityID: id, Action: "looked"})
	}))
	return out
}

const septemberNote = `,"period":"2026-09-01 to 2026-09-30"}` + "\n"

// TestTheTimeLineSaysWhatIsFoundAnew has runs and validations find the same, more, less and nothing about a customer.
func TestTheTimeLineSaysWhatIsFoundAnew(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.run(september)
		h.validates(1, september)
		h.expect("customers without findings", h.newEntries(), "")

		h.take("customers: [{company: Acme, email: \"\"}]\n")
		_, err := billrun.Run(context.Background(), h.db, by(), billrun.Options{Period: september, DryRun: true})
		h.must(err)
		h.expect("a dry run", h.newEntries(), "")
		h.run(september)
		h.expect("a run finds something", h.newEntries(), `Acme|test|run|{"codes":[]}|{"codes":["email_missing"]`+septemberNote)
		h.run(september)
		h.validates(2, september)
		h.expect("the same is found again", h.newEntries(), "")

		h.take("customers: [{company: Acme, additional_addresses: [x]}, {company: Other, active: false}]\n")
		h.validates(3, september)
		h.expect("a validation finds more", h.newEntries(), `Acme|ann|validated|{"codes":["email_missing"]}|{"codes":["email_malformed","email_missing"]`+septemberNote+
			`Other|ann|validated|{"codes":[]}|{"codes":["inactive_with_lists"]`+septemberNote)
		h.run(september)
		h.expect("a run does not look at who is inactive", h.newEntries(), "")

		h.take("customers: [{company: Acme, email: a@acme.test, additional_addresses: []}]\n")
		h.run(september)
		h.expect("mended", h.newEntries(), `Acme|test|run|{"codes":["email_malformed","email_missing"]}|{"codes":[]`+septemberNote)
		h.expect("what is kept", h.rows(`SELECT codes FROM customer_found`), "inactive_with_lists\n")
	})
}

// TestACustomerWhoIsDeletedIsNotNoted deletes one of whom something was found, before and after a validation looks.
func TestACustomerWhoIsDeletedIsNotNoted(t *testing.T) {
	each(t, func(h *house) {
		ctx := context.Background()
		h.take(provider)
		h.take("customers: [{company: Acme, email: \"\"}, {company: Other, email: \"\"}]\n")
		id := func(company string) (id int64) {
			for _, digit := range h.rows(`SELECT id FROM customer WHERE company = '` + company + `'`) {
				if digit != '\n' {
					id = 10*id + int64(digit-'0')
				}
			}
			return id
		}
		h.validates(1, september)
		h.newEntries()
		h.must(office.DeleteCustomer(ctx, h.db, by(), id("Acme"), "Acme"))
		h.expect("what is kept", h.rows(`SELECT codes FROM customer_found`), "email_missing\n")
		findings, err := billrun.Validate(ctx, h.db, by(), billrun.Options{Period: september})
		h.must(err)
		h.must(office.DeleteCustomer(ctx, h.db, by(), id("Other"), "Other"))
		before := h.rows(`SELECT count(*) FROM history`)
		h.must(h.db.Write(ctx, by(), func(tx *store.Tx) error {
			_, err := billrun.KeepFindings(tx, 2, september, findings)
			return err
		}))
		h.expect("entries", h.rows(`SELECT count(*) FROM history`), before)
		h.expect("what is kept", h.rows(`SELECT count(*) FROM customer_found`), "0\n")
	})
}
