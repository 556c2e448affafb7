package main

import (
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"postmeter/internal/store/storetest"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

// TestMain lets this test program be the command: where a script says postmeter,
// the program starts itself again as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"postmeter": main})
}

// TestScripts runs each testdata/script/*.txtar as a user would type it, once on
// SQLite and once on PostgreSQL. A script finds in its environment
//
//	POSTMETER_DB  a new, empty database of its own
//	ROOT          the root of this module, for test data of other packages
//
// and may use, besides the commands of testscript,
//
//	exits N postmeter …   the command ends with exactly this exit code
//	[sqlite], [postgres]  before a line: only on this database
//
// Scripts are rewritten with what cmp found by go test ./cmd/postmeter -update.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for engine, database := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(engine, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:                "testdata/script",
				RequireUniqueNames: true,
				UpdateScripts:      *update,
				Cmds:               map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
				Condition:          conditionFor(engine),
				Setup: func(env *testscript.Env) error {
					tb, ok := env.T().(testing.TB)
					if !ok {
						return errors.New("testscript gives no testing.TB")
					}
					env.Setenv("POSTMETER_DB", database(tb))
					env.Setenv("ROOT", root)
					return nil
				},
			})
		})
	}
}

// conditionFor makes the conditions [sqlite] and [postgres].
func conditionFor(engine string) func(string) (bool, error) {
	return func(condition string) (bool, error) {
		switch condition {
		case "sqlite", "postgres":
			return condition == engine, nil
		}
		return false, fmt.Errorf("unknown condition [%s]", condition)
	}
}

// exits is the command "exits N command…".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	ts.Logf("[stdout]\n%s[stderr]\n%s", ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	if got != want {
		ts.Fatalf("%q: exit code %d, want %d", args[1:], got, want)
	}
}
