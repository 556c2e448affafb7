package cli

import (
	"strings"
	"testing"
)

func TestOnlyYesIsYes(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "Yes\n": true, "\tyes": true, "\n": false, "": false, "no\n": false, "yesterday\n": false} {
		var out strings.Builder
		err := ask(strings.NewReader(answer), &out, "Shall it be?")
		if (err == nil) != want {
			t.Errorf("%q: got %v", answer, err)
		}
		if out.String() != "Shall it be? [y/N] " {
			t.Errorf("it asked %q", out.String())
		}
	}
}

func TestNobodyIsAskedWithoutATerminal(t *testing.T) {
	c := &Context{Stdin: strings.NewReader("yes\n")}
	if err := c.confirm(false, "It voids bill 7."); err == nil || !strings.Contains(err.Error(), "It voids bill 7. Nobody can be asked here, so nothing was done: answer with --yes") {
		t.Errorf("got %v", err)
	}
	if err := c.confirm(true, ""); err != nil {
		t.Errorf("--yes: got %v", err)
	}
}
