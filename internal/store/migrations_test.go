package store_test

import (
	"testing"

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
