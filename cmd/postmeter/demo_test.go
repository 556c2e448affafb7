package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// TestTheDemonstrationEndsInItsPages has the pages of the demonstration, and its mails and key beside its database.
func TestTheDemonstrationEndsInItsPages(t *testing.T) {
	o := &office{TB: t, dir: t.TempDir()}
	address := o.listens("demo", "--dir", "try")
	response, err := http.Get(address + "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("the page to sign in answers %s, %v", response.Status, err)
	}
	for _, name := range []string{"mails", "postmeter.db", "postmeter.db.key"} {
		if _, err := os.Stat(filepath.Join(o.dir, "try", name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(o.dir, "key")); err == nil {
		t.Error("it used a key that is not its own")
	}
}
