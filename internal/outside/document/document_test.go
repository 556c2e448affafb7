package document_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/statement/statementtest"
	"postmeter/internal/outside/document"
)

var update = flag.Bool("update", false, "write the golden files")

// writers are the formats by the ending of their golden files.
var writers = map[string]func(io.Writer, *statement.Statement) error{
	"txt":  document.Text,
	"html": document.HTML,
}

// TestGolden compares whole documents, so that every change of a page is seen in review.
func TestGolden(t *testing.T) {
	for name, facts := range statementtest.All() {
		for ending, write := range writers {
			t.Run(name+"."+ending, func(t *testing.T) {
				var got bytes.Buffer
				if err := write(&got, statement.Compose(facts)); err != nil {
					t.Fatal(err)
				}
				golden := filepath.Join("testdata", name+"."+ending)
				if *update {
					if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got.String()); diff != "" {
					t.Errorf("it changed (run go test with -update, and look at it):\n%s", diff)
				}
			})
		}
	}
}

func render(t *testing.T, write func(io.Writer, *statement.Statement) error, s *statement.Statement) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextNeverExceedsThePage(t *testing.T) {
	for name, facts := range statementtest.All() {
		for i, line := range strings.Split(render(t, document.Text, statement.Compose(facts)), "\n") {
			if w := uniseg.StringWidth(line); w > 76 {
				t.Errorf("%s: line %d has %d columns: %s", name, i+1, w, line)
			}
		}
	}
}

func TestPageNeedsNothingFromOutside(t *testing.T) {
	for name, facts := range statementtest.All() {
		page := render(t, document.HTML, statement.Compose(facts))
		for _, word := range []string{"<script", "<link", "<img", "<iframe", "url(", "@import", "src="} {
			if strings.Contains(page, word) {
				t.Errorf("%s: the page contains %q", name, word)
			}
		}
	}
}

func TestNamesAreEscaped(t *testing.T) {
	facts := statementtest.Ordinary()
	evil := `<script>alert("1")</script>&amp;"'`
	facts.Customer.Company, facts.Customer.Note, facts.Issuer.Name = evil, evil, evil
	for i := range facts.Lines {
		facts.Lines[i].Group, facts.Lines[i].Object = evil, "s/x/"+evil
	}
	page := render(t, document.HTML, statement.Compose(facts))
	if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") {
		t.Error("a name became markup")
	}
}

// fullDisk takes a few bytes and then nothing.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestErrorOfTheWriterIsReported(t *testing.T) {
	for ending, write := range writers {
		for _, room := range []int{0, 100} {
			if err := write(&fullDisk{room}, statement.Compose(statementtest.Ordinary())); err == nil {
				t.Errorf("%s: a document that could not be written is reported as written", ending)
			}
		}
	}
}
