package archtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestHouse(t *testing.T) {
	broken, err := Check(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Error(b)
	}
}

// TestRules runs each archive in testdata: a small module, and above it the
// places where it breaks a rule, with a few words of the reason.
func TestRules(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module fake\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := txtar.Write(archive, root); err != nil {
				t.Fatal(err)
			}
			broken, err := Check(root)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, expectations(archive), broken)
		})
	}
}

// expectations returns the lines of the comment that start with "want ".
func expectations(archive *txtar.Archive) (want []string) {
	for line := range strings.Lines(string(archive.Comment)) {
		if text, ok := strings.CutPrefix(line, "want "); ok {
			want = append(want, strings.TrimSpace(text))
		}
	}
	return want
}

// compare checks that each message starts with the expected words, and that there
// are no others.
func compare(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d rules broken, want %d:\n%s", len(got), len(want), cmp.Diff(want, got))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}
