package statement_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/statement/statementtest"
)

// TestUsageSaysWhichSize has lists whose messages are billed as posted, and as the mail server sent them.
func TestUsageSaysWhichSize(t *testing.T) {
	for name, test := range map[string]struct {
		sizes        [2]string
		note, marked string
	}{
		"as posted": {[2]string{"", ""}, "as they were posted.", ""},
		"as sent":   {[2]string{invoice.SizeAsSent, invoice.SizeAsSent}, "as it sent them.", ""},
		"both":      {[2]string{"", invoice.SizeAsSent}, "of lists marked * as the mail server sent them", "news@acme.test"},
	} {
		f := statementtest.Ordinary()
		for i, size := range test.sizes {
			f.Usage[i].Size = size
		}
		s := statement.Compose(f)
		if !strings.Contains(s.UsageNote, test.note) {
			t.Errorf("%s: the note is %q", name, s.UsageNote)
		}
		for _, row := range s.Usage {
			if marked := strings.HasSuffix(row.List, " *"); marked != (test.marked != "" && strings.Contains(row.List, test.marked)) {
				t.Errorf("%s: a list is called %q", name, row.List)
			}
		}
	}
}
