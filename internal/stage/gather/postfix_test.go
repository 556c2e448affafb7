package gather_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// postfixSamples are logs of one mail server that two list servers handed their mail to: what each kind of server, and
// one that takes the mail of both, is to find.
var postfixSamples = []struct {
	file, kind string
	lists      map[string]string
	usage      int
}{
	{"maillog.small", "mailman3", map[string]string{"alpha.test/news": "74 74 233572", "beta.test/announce": "23 23 38978", "alpha.test/dev": "12 12 26551"}, 109},
	{"maillog.small", "sympa", map[string]string{"alpha.test/news": "90 90 2637363", "alpha.test/dev": "15 15 21649", "beta.test/announce": "9 9 13074"}, 114},
	{"maillog.small", "manual", map[string]string{"alpha.test/news": "164 164 2870935", "alpha.test/dev": "27 27 48200", "beta.test/announce": "32 32 52052"}, 223},
	{"maillog.full.gz", "mailman3", map[string]string{"alpha.test/news": "74 74 233572", "beta.test/announce": "24 24 40146", "alpha.test/dev": "12 12 26551",
		"alpha.test/big": "10000 10000 50640000"}, 10110},
	{"maillog.full.gz", "sympa", map[string]string{"alpha.test/news": "90 90 2637363", "alpha.test/dev": "15 15 21649", "beta.test/announce": "9 9 13074"}, 114},
}

// setServer changes the server of a house.
func (h *house) setServer(change func(*hosting.Server)) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		servers, err := tx.Servers()
		if err != nil {
			return err
		}
		change(&servers[0])
		return tx.UpdateServer(&servers[0])
	})
}

// writtenAt is a file with a content that was last written at a time.
func writtenAt(t testing.TB, content string, at time.Time) gather.Input {
	t.Helper()
	in := file(t, content)
	if err := os.Chtimes(in.Name, at, at); err != nil {
		t.Fatal(err)
	}
	return in
}

// evening is when the sample logs were taken.
var evening = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

// maillog returns the lines of a sample.
func maillog(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "postfix", name))
	if err != nil {
		t.Fatal(err)
	}
	var from io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if from, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	content, err := io.ReadAll(from)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(string(content), "\n")
}

func TestPostfixSamples(t *testing.T) {
	for _, sample := range postfixSamples {
		t.Run(sample.file+" "+sample.kind, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				h := newHouse(t, url)
				h.setServer(func(s *hosting.Server) { s.Kind, s.BilledSource = sample.kind, "mailserver" })
				log := writtenAt(t, strings.Join(maillog(t, sample.file), ""), evening)
				dry := h.result(gather.Order{Format: "postfix", Inputs: []gather.Input{log}, DryRun: true})
				check(t, "dry run", figures(dry), fmt.Sprint(sample.usage, sample.usage, 0, 0, 0))
				checkDays(t, dry, sample.lists)
				check(t, "first time", h.ingest("postfix", log), fmt.Sprint(sample.usage, sample.usage, 0, 0, 0))
				tables := openTables(t, url)
				if diff := cmp.Diff(sample.lists, tables.lists()); diff != "" {
					t.Error(diff)
				}
				if got := tables.rows(`SELECT DISTINCT source FROM usage_sum`); !slices.Equal(got, []string{"mailserver"}) {
					t.Errorf("the source is %q", got)
				}
				sums := tables.sums()
				check(t, "again", h.ingest("postfix", log), fmt.Sprint(sample.usage, 0, sample.usage, 0, 0))
				check(t, "compressed, on standard input", h.ingest("postfix", zipped(t, log.Name)), fmt.Sprint(sample.usage, 0, sample.usage, 0, 0))
				if diff := cmp.Diff(sums, tables.sums()); diff != "" {
					t.Errorf("the same log changed the sums: %s", diff)
				}
			})
		})
	}
}

// TestPostfixRotation cuts a log in three at many places, through open queue ids: the parts show what the whole shows,
// and reading them all again shows nothing new.
func TestPostfixRotation(t *testing.T) {
	lines := maillog(t, "maillog.small")
	for cut := 3; cut < len(lines)-60; cut += 71 {
		url := storetest.SQLite(t)
		h := newHouse(t, url)
		parts := []gather.Input{writtenAt(t, strings.Join(lines[:cut], ""), evening), writtenAt(t, strings.Join(lines[cut:cut+50], ""), evening),
			writtenAt(t, strings.Join(lines[cut+50:], ""), evening)}
		check(t, fmt.Sprintf("cut at line %d", cut), h.ingest("postfix", parts...), "223 223 0 0 0")
		check(t, "again", h.ingest("postfix", parts...), "223 0 223 0 0")
		check(t, "put together again", h.ingest("postfix", writtenAt(t, "Nov 22 09:00:00 mx rsyslogd: start\n"+strings.Join(lines, ""), evening)), "223 0 223 0 0")
		if diff := cmp.Diff(postfixSamples[2].lists, openTables(t, url).lists()); diff != "" {
			t.Errorf("cut at line %d: %s", cut, diff)
		}
	}
}

// TestPostfixLogThatBeginsInTheMiddle shows deliveries whose mail nobody knows: they are kept with the reason.
func TestPostfixLogThatBeginsInTheMiddle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		lines := maillog(t, "maillog.small")
		check(t, "the end of a log", h.ingest("postfix", writtenAt(t, strings.Join(lines[40:], ""), evening)), "158 158 0 0 55")
		got := openTables(t, url).rows(`SELECT reason, count(*) FROM usage_unparsed GROUP BY reason`)
		if len(got) != 1 || !strings.Contains(got[0], "the log begins in the middle 55") {
			t.Errorf("unparsed are %q", got)
		}
	})
}

// TestPostfixLogOverNewYear has a log with classic times that is read in December, and again, grown, a year later: the
// year it was first read in is kept.
func TestPostfixLogOverNewYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		line := func(when, message string) string { return when + " mx postfix/" + message + "\n" }
		mail := func(when string) string {
			return line(when, "qmgr[1]: A1B2C3: from=<news-bounces@alpha.test>, size=1000, nrcpt=1 (queue active)") +
				line(when, "smtp[2]: A1B2C3: to=<a@x.test>, relay=x, delay=1, dsn=2.0.0, status=sent (250 ok)")
		}
		f := writtenAt(t, mail("Nov 30 23:59:59"), evening)
		check(t, "a line in the year that its file says", h.ingest("postfix", f), "1 1 0 0 0")
		replace(t, f, mail("Nov 30 23:59:59")+mail("Dec 31 23:59:59")+mail("Jan  1 00:00:00"))
		check(t, "grown, and copied much later", h.ingest("postfix", f), "3 2 1 0 0")
		if got := fmt.Sprint(openTables(t, url).rows(`SELECT month FROM usage_month ORDER BY 1`)); got != "[202511 202512 202601]" {
			t.Errorf("the months are %s", got)
		}
	})
}

// TestPostfixServiceSenders has a pattern that fits an envelope sender.
func TestPostfixServiceSenders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.setServer(func(s *hosting.Server) { s.ServiceSenders = []string{"announce-bounces*@beta.test", "*-request@*"} })
		h.ingest("postfix", writtenAt(t, strings.Join(maillog(t, "maillog.small"), ""), evening))
		if got := fmt.Sprint(openTables(t, url).rows(`SELECT n.name, CAST(SUM(u.messages) AS BIGINT) FROM usage_sum u JOIN list_name n ON n.list_id = u.list_id
			WHERE NOT u.charged GROUP BY n.name`)); got != "[announce 23]" {
			t.Errorf("not charged are %s", got)
		}
	})
}

// TestPostfixUnknownLists keeps mail of lists that nobody knows until they appear.
func TestPostfixUnknownLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		log := strings.ReplaceAll(strings.Join(maillog(t, "maillog.small"), ""), "news-", "later-")
		check(t, "before", h.ingest("postfix", writtenAt(t, log, evening)), "223 59 0 164 0")
		h.addLists("alpha.test/later")
		if got := openTables(t, url).lists()["alpha.test/later"]; got != "164 164 2870935" {
			t.Errorf("the list was given %q when it appeared", got)
		}
		if got := openTables(t, url).rows(`SELECT DISTINCT source FROM usage_record`); !slices.Equal(got, []string{"mailserver"}) {
			t.Errorf("the source is %q", got)
		}
		openTables(t, url).sums()
	})
}

// TestBothLogsOfAServer reads what the list server and the mail server wrote about the same mail: they are kept apart.
func TestBothLogsOfAServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.setServer(func(s *hosting.Server) { s.Kind = "mailman3" })
		var notes []string
		note := func(text string) { notes = append(notes, text) }
		full := writtenAt(t, strings.Join(maillog(t, "maillog.full.gz"), ""), evening)
		own := gather.Input{Name: filepath.Join("testdata", "mailman3", "smtp.custom-template.clean.log")}
		check(t, "the list server's", figures(h.result(gather.Order{Format: "mailman3", Inputs: []gather.Input{own}, Note: note})), "29 29 0 0 2")
		if len(notes) > 0 {
			t.Errorf("notes are %q", notes)
		}
		check(t, "the mail server's", figures(h.result(gather.Order{Format: "postfix", Inputs: []gather.Input{full}, Note: note})), "10110 10110 0 0 0")
		if len(notes) != 1 || !strings.Contains(notes[0], "billed_source") {
			t.Errorf("notes are %q", notes)
		}
		check(t, "the list server's, again", h.ingest("mailman3", own), "29 0 29 0 2")
		got := openTables(t, url).rows(`SELECT source, CAST(SUM(recipients) AS BIGINT) FROM usage_sum GROUP BY source ORDER BY source`)
		if fmt.Sprint(got) != "[listserver 10182 mailserver 10110]" {
			t.Errorf("the sources are %q", got)
		}
	})
}
