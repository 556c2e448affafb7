package demo

import (
	"os"
	"path/filepath"
	"testing"

	"postmeter/internal/domain/fault"
)

func TestAFolderOfSomethingElseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "postmeter.db")
	if err := os.WriteFile(precious, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := prepare(dir); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want a conflict", err)
	}
	if kept, err := os.ReadFile(precious); err != nil || string(kept) != "mine" {
		t.Errorf("the file is %q now: %v", kept, err)
	}
}

func TestAnEarlierDemonstrationIsMadeAnewAndOtherFilesStay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := prepare(dir); err != nil {
		t.Fatal(err)
	}
	old, mine := filepath.Join(dir, databaseFile), filepath.Join(dir, "notes.txt")
	for _, name := range []string{old, mine} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := prepare(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old database is still there")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("a file that the demonstration did not make is gone")
	}
}
