package office_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/outside/keyfile"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// desk is a database with what an operator does to it.
type desk struct {
	t     *testing.T
	url   string
	db    *store.DB
	vault *keyfile.Key
}

var by = store.By{Actor: "test", At: time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)}

func newDesk(t *testing.T, url string) *desk {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &desk{t: t, url: url, db: db, vault: newKey(t)}
}

func newKey(t *testing.T) *keyfile.Key {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := keyfile.Make(path); err != nil {
		t.Fatal(err)
	}
	key, err := keyfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// another returns a desk with a new, empty database of the same engine.
func (d *desk) another() *desk {
	if d.db.Engine() == "sqlite" {
		return newDesk(d.t, storetest.SQLite(d.t))
	}
	return newDesk(d.t, storetest.Postgres(d.t))
}

// try imports files, given as texts; they are called a.yaml, b.yaml …
func (d *desk) try(texts ...string) (*office.Report, error) {
	d.t.Helper()
	var files []office.File
	for i, text := range texts {
		name := string(rune('a'+i)) + ".yaml"
		root, err := providerfile.Parse(name, []byte(text))
		if err != nil {
			return nil, office.InFile(name, err)
		}
		files = append(files, office.File{Name: name, Root: root})
	}
	return office.Import(context.Background(), d.db, by, files, d.vault)
}

func (d *desk) take(texts ...string) *office.Report {
	d.t.Helper()
	report, err := d.try(texts...)
	if err != nil {
		d.t.Fatalf("import: %v", err)
	}
	return report
}

// refused imports files that must be refused, and returns the faults; nothing may have changed.
func (d *desk) refused(texts ...string) string {
	d.t.Helper()
	before, state := d.export(), d.state()
	_, err := d.try(texts...)
	if err == nil {
		d.t.Fatal("the import was not refused")
	}
	if diff := cmp.Diff(before, d.export()); diff != "" {
		d.t.Errorf("a refused import changed something:\n%s", diff)
	}
	if diff := cmp.Diff(state, d.state()); diff != "" {
		d.t.Errorf("a refused import left a trace:\n%s", diff)
	}
	return err.Error()
}

func (d *desk) export() string {
	d.t.Helper()
	var out strings.Builder
	w := providerfile.NewWriter(&out, false)
	if err := office.Export(context.Background(), d.db, w); err != nil {
		d.t.Fatalf("export: %v", err)
	}
	if err := w.Close(); err != nil {
		d.t.Fatal(err)
	}
	return out.String()
}

// state is what an import that changes nothing must leave alone: revisions, versions and history.
func (d *desk) state() []string {
	d.t.Helper()
	var out []string
	for _, query := range []string{
		`SELECT name, value FROM revision ORDER BY name`, `SELECT company, revision FROM customer ORDER BY company`,
		`SELECT count(*), 'history' FROM history`, `SELECT count(*), 'plan versions' FROM plan_version`,
		`SELECT count(*), 'charge versions' FROM charge_version`, `SELECT count(*), 'ledger' FROM ledger_entry`,
		`SELECT name, revision FROM server ORDER BY name`,
	} {
		out = append(out, storetest.Rows(d.t, d.url, query)...)
	}
	return out
}

// exec runs statements that stand for the work of other parts, such as a bill that was sent.
func (d *desk) exec(statements ...string) {
	d.t.Helper()
	err := d.db.Write(context.Background(), by, func(tx *store.Tx) error {
		for _, s := range statements {
			if err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// wants fails for each of the texts that is not there.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("there is no %q in:\n%s", p, text)
		}
	}
}

func (d *desk) read(do func(*store.Snapshot) error) {
	d.t.Helper()
	if err := d.db.Read(context.Background(), do); err != nil {
		d.t.Fatal(err)
	}
}
