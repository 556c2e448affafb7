package keyfile_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/keyfile"
)

func load(t *testing.T, path string) *keyfile.Key {
	t.Helper()
	key, err := keyfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestASecretOpensForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := keyfile.Make(path); err != nil {
		t.Fatal(err)
	}
	sealed, err := load(t, path).Seal("hunter2", "server/1")
	if err != nil {
		t.Fatal(err)
	}
	if secret, err := load(t, path).Open(sealed, "server/1"); err != nil || secret != "hunter2" {
		t.Errorf("it opens to %q, %v", secret, err)
	}
	if _, err := load(t, path).Open(sealed, "server/2"); fault.KindOf(err) != fault.Denied {
		t.Errorf("it opens for another owner: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := load(t, path).Open(sealed, "server/1"); fault.KindOf(err) != fault.Denied {
		t.Errorf("it opens although it was changed: %v", err)
	}
}

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := keyfile.Make(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
}

// Several processes start at once: one key is made, and all use it.
func TestOneKeyIsMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := keyfile.Make(path); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := keyfile.Make(path); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("a key file was written again")
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the key there are %v, %v", left, err)
	}
}

func TestSaysWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := keyfile.Load(filepath.Join(dir, "none")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a missing file gives %v", err)
	}
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyfile.Load(bad); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a file without a key gives %v", err)
	}
	if err := keyfile.Make(filepath.Join(dir, "no", "folder")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a folder that does not exist gives %v", err)
	}
}
