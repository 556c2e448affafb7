package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// A migration may come later than another with a higher number, as when two lines of work meet: a database that has the
// higher one gets the other.
func TestAMigrationWithALowerNumberComesLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		exec(t, db, `DELETE FROM goose_db_version WHERE version_id = 2`)
		for _, statement := range undoSecond[db.Engine()] {
			exec(t, db, statement)
		}
		exec(t, db, `INSERT INTO usage_key (server_id, record_id, content_hash, list_id, at, generation_id, position, corrects, reason)
			VALUES (1, 'kept', $1, 0, 1, 1, 1, '', '')`, []byte{1})
		open(t, url)
		if got := storetest.Rows(t, url, `SELECT count(*) FROM goose_db_version WHERE version_id = 2`); got[0] != "1" {
			t.Errorf("the migration was applied %s times", got[0])
		}
		if got := storetest.Rows(t, url, `SELECT record_id FROM usage_key`); len(got) != 1 {
			t.Errorf("what was stored is %v", got)
		}
	})
}

// undoSecond takes back what the second migration did.
var undoSecond = map[string][]string{
	"sqlite":   {`DROP TRIGGER bill_no_overlap_insert`, `DROP TRIGGER bill_no_overlap_update`},
	"postgres": {`ALTER TABLE bill DROP CONSTRAINT bill_no_overlap`},
}

// A database of an earlier program learns which lists nobody has, and its bills get their index.
func TestAnEarlierDatabaseIsBroughtUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		inTx(t, db, func(tx *store.Tx) error {
			s := tx.Seeder()
			return errors.Join(
				s.Server(store.SeedServer{ID: 1, Name: "s1", Host: "s1.test", ServiceSenders: "[]"}),
				s.List(1, 1, "a.test", "for-good"), s.List(2, 1, "a.test", "nobodys"), s.List(3, 1, "a.test", "ended"),
				s.Customer(&store.SeedCustomer{ID: 1, Company: "Acme", Email: "a@b.test", Payment: "invoice", Dates: period.Open()}), s.Group(1, 1, 0, "Main"),
				s.AssignList(1, 1, 1, 0, 1, 1, false), s.AssignList(1, 2, 1, 1, 1, 3, false), s.Flush())
		})
		exec(t, db, `UPDATE object_assignment SET end_day = 739000 WHERE list_id = 3`)
		for _, statement := range []string{
			`DROP TABLE list_unassigned`, `DROP INDEX object_assignment_list`, `CREATE INDEX object_assignment_list ON object_assignment (list_id)`,
			`DROP INDEX bill_period`, `CREATE INDEX bill_period ON bill (start_day, end_day, id)`,
			`DELETE FROM goose_db_version WHERE version_id >= 22`,
		} {
			exec(t, db, statement)
		}
		open(t, url)
		got := storetest.Rows(t, url, `SELECT list_id, assigned_until FROM list_unassigned ORDER BY list_id`)
		if want := []string{"2|0", "3|739000"}; !slices.Equal(got, want) {
			t.Errorf("the lists that nobody has for good are %v, not %v", got, want)
		}
		if indexed := storetest.Rows(t, url, indexOf[db.Engine()]); len(indexed) != 1 || !strings.Contains(indexed[0], "(start_day, end_day, state, id)") {
			t.Errorf("bills are found by %v", indexed)
		}
	})
}

// indexOf tells how bills of a period are found.
var indexOf = map[string]string{
	"sqlite":   `SELECT sql FROM sqlite_master WHERE name = 'bill_period'`,
	"postgres": `SELECT indexdef FROM pg_indexes WHERE indexname = 'bill_period'`,
}
