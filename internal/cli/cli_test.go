package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// run runs a command line in this process, with nothing in its environment.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(args, strings.NewReader(""), &out, &errs, func(string) string { return "" })
	return code, out.String(), errs.String()
}

// commands returns every command that can be run.
func commands(t *testing.T) []*kong.Node {
	t.Helper()
	parser, err := newParser(new(root), io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model.Leaves(false)
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, command := range commands(t) {
		t.Run(command.Path(), func(t *testing.T) {
			words := strings.Fields(command.FullPath())
			var path []string // without arguments, such as <file>
			for _, w := range words {
				if !strings.ContainsAny(w, "<[(") {
					path = append(path, w)
				}
			}
			code, stdout, stderr := run(t, append(path[1:], "--help")...)
			if code != 0 || stderr != "" {
				t.Fatalf("--help: exit code %d, standard error %q", code, stderr)
			}
			if !showsExample(stdout, strings.Join(path[1:], " ")) {
				t.Errorf("the help shows no example; give the command a method Help that returns example(…):\n%s", stdout)
			}
			if command.Help == "" {
				t.Error("the help says nothing about the command; add a help tag in root")
			}
			for _, flag := range command.Flags {
				if flag.Help == "" {
					t.Errorf("--%s has no help tag", flag.Name)
				}
			}
		})
	}
}

// showsExample tells whether a line of the help is an example of the command.
// Flags such as --db may come before the name of the command.
func showsExample(help, command string) bool {
	for line := range strings.Lines(help) {
		if example, ok := strings.CutPrefix(line, "    postmeter "); ok && strings.Contains(example, command) {
			return true
		}
	}
	return false
}

func TestUsageErrorsExitWithTwo(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "--help"},
		{"unknown command", []string{"bogus"}, "bogus"},
		{"unknown flag", []string{"version", "--bogus"}, `see "postmeter version --help"`},
		{"too many arguments", []string{"version", "1"}, "unexpected argument 1"},
		{"flag without value", []string{"version", "--db"}, "--db"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := run(t, test.args...)
			if code != 2 || stdout != "" {
				t.Errorf("exit code %d, standard output %q; want 2 and nothing", code, stdout)
			}
			if !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("standard error is %q; want one line with %q", stderr, test.want)
			}
		})
	}
}

func TestVersionAsJSON(t *testing.T) {
	code, stdout, _ := run(t, "version", "--json")
	var got struct{ Version, Go, System string }
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
		t.Fatalf("exit code %d, output %q: %v", code, stdout, err)
	}
	if got.Version == "" || !strings.HasPrefix(got.Go, "go") || !strings.Contains(got.System, "/") {
		t.Errorf("got %+v", got)
	}
}

// fullDisk is a standard output that takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"version", "--json"}, {"--help"}} {
		var errs bytes.Buffer
		code := Run(args, strings.NewReader(""), fullDisk{}, &errs, func(string) string { return "" })
		if code != 1 || !strings.Contains(errs.String(), "no space left on device") {
			t.Errorf("%q: exit code %d, standard error %q; want 1 and the cause", args, code, errs.String())
		}
	}
}
