package document_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/statement/statementtest"
	"postmeter/internal/outside/document"
)

func mailOf(t *testing.T, facts *statement.Facts, notice string) string {
	t.Helper()
	var b bytes.Buffer
	if err := document.Mail(&b, statement.Compose(facts), notice); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldenMail(t *testing.T) {
	for name, facts := range statementtest.All() {
		got := mailOf(t, facts, "")
		golden := filepath.Join("testdata", name+".mail.html")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s changed (run go test with -update, and look at it):\n%s", name, diff)
		}
	}
}

// TestAMailNeedsNothingThatMailProgramsDrop looks for style sheets, scripts, and styles that were forgotten.
func TestAMailNeedsNothingThatMailProgramsDrop(t *testing.T) {
	unstyled := regexp.MustCompile(`<(td|th|span)( colspan="\d"| v?align="\w+")*>`)
	for name, facts := range statementtest.All() {
		page := mailOf(t, facts, "A test.")
		for _, word := range []string{"<style", "class=", "<script", "<link", "<img", "url(", "var(", "flex", `style=""`, "src=", "ZgotmplZ"} {
			if strings.Contains(page, word) {
				t.Errorf("%s: the mail contains %q", name, word)
			}
		}
		if found := unstyled.FindString(page); found != "" {
			t.Errorf("%s: %s has no style", name, found)
		}
	}
}

// TestAMailTellsWhatThePageTells compares the words of both.
func TestAMailTellsWhatThePageTells(t *testing.T) {
	facts := statementtest.Ordinary()
	s := statement.Compose(facts)
	page := mailOf(t, facts, "")
	for _, g := range s.Groups {
		for _, m := range g.Months {
			for _, row := range m.Lines {
				for _, text := range append([]string{row.Title, row.Amount.Text}, row.Details...) {
					if !strings.Contains(page, strings.TrimPrefix(text, "-")) {
						t.Errorf("the mail lacks %q", text)
					}
				}
			}
		}
	}
	if !strings.Contains(page, s.Headline.Value.Text) {
		t.Error("the mail lacks the amount")
	}
}

func TestMailNamesAreEscaped(t *testing.T) {
	facts := statementtest.Ordinary()
	evil := `<script>alert("1")</script>" style="x`
	facts.Customer.Company, facts.Customer.Note, facts.Issuer.Name = evil, evil, evil
	if page := mailOf(t, facts, evil); strings.Contains(page, "<script") || strings.Contains(page, `" style="x`) {
		t.Error("a name became markup")
	}
}
