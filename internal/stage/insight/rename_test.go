package insight_test

import (
	"context"
	"strings"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// TestAReadingOutlivesARename counts the members of a list that got another name in the month, without a reading since.
func TestAReadingOutlivesARename(t *testing.T) {
	each(t, func(h house) {
		h.take(`
plans: [{id: mem, name: Members, usage: [{method: members, measure: average, overage: {price: "0.01"}}]}]
customers:
  - company: Third
    email: third@third.test
    start: 2026-09-01
    groups: [{name: Main, plans: [{plan: mem}], objects: [{server: s1, site: third.test}]}]
lists: [{server: s1, site: third.test, list: old}]
`)
		_, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: by, Format: maillog.JSONL, Inputs: []gather.Input{{
			Name: "readings", Stream: strings.NewReader(`{"server":"s1","site":"third.test","list":"old","day":"2026-09-01","members":800}` + "\n")}}})
		h.must(err)
		h.must(h.db.Write(context.Background(), by(), func(tx *store.Tx) error {
			renamed := int64(period.MustParse("2026-09-15"))
			if err := tx.Exec(`INSERT INTO list_name (list_id, first_day, last_day, server_id, site, name, remote_id)
				SELECT list_id, $1, last_day, server_id, site, 'new', '' FROM list_name WHERE name = 'old'`, renamed); err != nil {
				return err
			}
			return tx.Exec(`UPDATE list_name SET last_day = $1 - 1 WHERE name = 'old'`, renamed)
		}))
		for _, b := range h.bill() {
			if b.Customer != "Third" {
				continue
			}
			if b.Total != "8.00" {
				h.Errorf("800 members at 0.01 cost %s", b.Total)
			}
			e, err := insight.Explain(context.Background(), h.db, b.ID, 2)
			h.must(err)
			if !e.Agrees {
				h.Errorf("%q", e.Problems)
			}
		}
	})
}
