package deliver_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func TestATrialGoesTheWayThatBillsGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx, dir := context.Background(), t.TempDir()
		db, err := store.Open(ctx, url, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		by := func() store.By { return store.By{Actor: "test", At: time.Date(2026, 9, 15, 8, 0, 0, 0, time.UTC)} }
		if _, err := deliver.Try(ctx, db, by, mail.NewFolder(dir), "to@example.org", "1@test"); fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.MessageOf(err), "Billing Admin Email") {
			t.Errorf("without a sender: %v", err)
		}
		if err := db.Write(ctx, by(), func(tx *store.Tx) error {
			set, err := tx.Settings()
			if err != nil {
				return err
			}
			set.BillingAdminEmail = "billing@example.org"
			_, err = tx.SaveSettings(set)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		result, err := deliver.Try(ctx, db, by, mail.NewFolder(dir), "to@example.org", "2@test")
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%+v left %v, %v", result, files, err)
		}
		text, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"billing@example.org", "to@example.org", "Test mail of Postmeter", mail.TestHeader} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the mail lacks %q:\n%s", want, text)
			}
		}
	})
}
