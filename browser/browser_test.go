//go:build browser

package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/outside/listserver/mailmantest"
	"postmeter/internal/store/storetest"
)

// core is the story that runs on both engines: a provider is set up, and five customers are billed.
const core = "core.test.mjs"

// TestPages runs every file of tests in a process of its own: all on PostgreSQL, the core on SQLite too. Pages are looked at
// once, so the core on SQLite does not look.
func TestPages(t *testing.T) {
	files, err := filepath.Glob("tests/*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	seen := filepath.Join(t.TempDir(), "seen")
	t.Run("stories", func(t *testing.T) {
		t.Run("sqlite/"+core, func(t *testing.T) {
			t.Parallel()
			story(t, "tests/"+core, "POSTMETER_BROWSER_LOOKS=no")
		})
		for _, file := range files {
			t.Run("postgres/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				environment := []string{"POSTMETER_BROWSER_DB=" + storetest.EmptyPostgres(t), "POSTMETER_BROWSER_SEEN=" + seen}
				if mentions(t, file, "MAILMAN_URL") {
					m := mailmantest.StartOwn(t) // what one story makes there, another would find
					environment = append(environment, "MAILMAN_URL="+m.URL, "MAILMAN_USER="+m.User, "MAILMAN_PASSWORD="+m.Password)
				}
				story(t, file, environment...)
			})
		}
	})
	if !t.Failed() { // a story that broke off has not looked at all of its pages
		t.Run("every page is looked at", func(t *testing.T) { checkSeen(t, seen) })
	}
}

// storyLimit is the longest that one file may take: what hangs fails, and names itself.
const storyLimit = 10 * time.Minute

// story runs one file of tests.
func story(t *testing.T, file string, environment ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), storyLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", file)
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", file, err, out)
	}
	if testing.Verbose() {
		t.Logf("%s", out)
	}
}

func mentions(t *testing.T, file, text string) bool {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(content), text)
}
