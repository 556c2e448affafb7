package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var updateReadme = flag.Bool("update-readme", false, "write what the commands print into README.md")

// TestTheReadmeShowsWhatTheProgramPrints runs each command line of README.md that begins with "$ ./postmeter" and
// compares what it prints with what stands below it.
func TestTheReadmeShowsWhatTheProgramPrints(t *testing.T) {
	name, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	parts := strings.Split(string(readme), "```")
	found := 0
	for i := 1; i < len(parts); i += 2 {
		line, shown, _ := strings.Cut(strings.TrimPrefix(parts[i], "\n"), "\n")
		command, ok := strings.CutPrefix(line, "$ ./postmeter ")
		if !ok {
			continue
		}
		found++
		if got := readmeOutput(t, command); got != shown {
			parts[i] = "\n" + line + "\n" + got
			if !*updateReadme {
				t.Errorf("README.md shows of %q\n%s\nbut it prints\n%s\n(go test ./internal/cli -update-readme writes it)", command, shown, got)
			}
		}
	}
	if found < 2 {
		t.Errorf("README.md shows %d commands, want two or more", found)
	}
	if *updateReadme {
		if err := os.WriteFile(name, []byte(strings.Join(parts, "```")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// readmeDay is when the commands of the README are run: whoever runs them reads another day in their results.
var readmeDay = time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)

// readmeOutput runs a command on the demonstration's database.
func readmeOutput(t *testing.T, command string) string {
	t.Helper()
	var out, errs bytes.Buffer
	env := func(name string) string {
		return map[string]string{"POSTMETER_DB": "sqlite:postmeter-demo/postmeter.db"}[name]
	}
	args := append(strings.Fields(command), "--text")
	if args[0] == "demo" {
		args = append(args, "--no-serve") // what follows there is not a result
	}
	p := Program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Env: env, Now: func() time.Time { return readmeDay }}
	if code := p.Run(context.Background(), args); code != exitDone {
		t.Fatalf("%s: exit code %d: %s", command, code, errs.String())
	}
	return out.String()
}
