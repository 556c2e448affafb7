package document_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/statement/statementtest"
	"postmeter/internal/outside/document"
)

func TestCommentsStandAboveTheInvoice(t *testing.T) {
	for text, want := range map[string]string{
		`<p>We <b>moved</b> & <a href="https://lists.test/?a=1&b=2">more</a>`: `<p>We <b>moved</b> &amp; <a href="https://lists.test/?a=1&amp;b=2">more</a></p>`,
		`one<br>two</p></b>`:                         `one<br>two`,
		`<ul><li>x<li>y</ul>z`:                       `<ul><li>x<li>y</li></li></ul>z`,
		`<p onclick="x" style="color:red">quiet</p>`: `<p>quiet</p>`,
	} {
		c, err := document.ReadComments(text)
		if err != nil {
			t.Fatal(text, err)
		}
		if got := mailWith(t, c); !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	for _, text := range []string{`<script>x</script>`, `<img src=x>`, `<a href="javascript:x">y</a>`, `<a>y</a>`, `<!-- x -->`, `<style>x</style>`} {
		if _, err := document.ReadComments(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	if got := mailWith(t, document.Paragraphs("a < b\n\nc\nd")); !strings.Contains(got, "<p>a &lt; b</p><p>c<br>d</p>") {
		t.Error("paragraphs are not there")
	}
}

func mailWith(t *testing.T, c document.Comments) string {
	t.Helper()
	for _, facts := range statementtest.All() {
		var b strings.Builder
		if err := document.MailWith(&b, statement.Compose(facts), "", c); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	return ""
}
