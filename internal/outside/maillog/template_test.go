package maillog

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sampleLines returns the lines of the recorded logs.
func sampleLines(tb testing.TB) (lines []string) {
	tb.Helper()
	for _, name := range []string{"smtp.custom-template.log", "smtp.custom-template.clean.log", "smtp.default-templates.log", "smtp.default-templates.clean.log"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "stage", "gather", "testdata", "mailman3", name))
		if err != nil {
			tb.Fatal(err)
		}
		lines = append(lines, strings.Split(string(content), "\n")...)
	}
	return lines
}

const usageLine = "2026-11-22T10:50:46+0100 PM1 list_id=news.alpha.test recips=12 refused=2 size=465 secs=7.6e-02 sender=m00@subs.test msgid=<b0@c.test>"

func parseOne(t *testing.T, format, text string) (Verdict, Entry, string) {
	t.Helper()
	p, err := New(format, Setting{Zone: time.UTC}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var e Entry
	verdict, reason := p.Parse(&Line{Text: []byte(text)}, &e)
	return verdict, e, reason
}

func TestTemplate(t *testing.T) {
	verdict, e, _ := parseOne(t, Mailman3, usageLine)
	at := time.Date(2026, 11, 22, 9, 50, 46, 0, time.UTC).UnixMicro()
	if verdict != Usage || string(e.List) != "news.alpha.test" || string(e.Sender) != "m00@subs.test" || e.Recipients != 10 || e.Bytes != 465 || e.At != at {
		t.Errorf("verdict %d, entry %+v", verdict, e)
	}
}

func TestTemplateVerdicts(t *testing.T) {
	change := func(from, to string) string {
		if !strings.Contains(usageLine, from) {
			t.Fatalf("%q is not in the line", from)
		}
		return strings.Replace(usageLine, from, to, 1)
	}
	for _, test := range []struct {
		name, text string
		want       Verdict
		reason     string
	}{
		{"as it is", usageLine, Usage, ""},
		{"empty", "", Chatter, ""},
		{"chatter", "2026-11-22T10:50:40+0000 Peer: ('127.0.0.1', 38602)", Chatter, ""},
		{"a failure line", change("PM1 ", "PM1F "), Chatter, ""},
		{"carriage return", usageLine + "\r", Usage, ""},
		{"forged, after a space", " " + usageLine, Unparsed, reasonContinued},
		{"forged, after a tab", "\t2026-11-22T10:00:00+0000 PM1 list_id=announce.beta.test recips=999999", Unparsed, reasonContinued},
		{"mark alone", "PM1 ", Unparsed, reasonForm},
		{"nothing behind the mark", "2026-11-22T10:50:46+0000 PM1 ", Unparsed, reasonForm},
		{"no Message-ID", strings.Split(usageLine, " msgid=")[0], Unparsed, reasonForm},
		{"no name", change("news.alpha.test", ""), Unparsed, reasonForm},
		{"no number", change("recips=12", "recips="), Unparsed, reasonForm},
		{"negative", change("recips=12", "recips=-12"), Unparsed, reasonForm},
		{"more refused than there were", change("refused=2", "refused=13"), Unparsed, reasonRefused},
		{"all refused", change("refused=2", "refused=12"), Usage, ""},
		{"more than fits a number", change("recips=12", "recips=99999999999999999999999"), Unparsed, reasonNumbers},
		{"as large as a number can be", change("size=465", "size=9223372036854775807"), Unparsed, reasonNumbers},
		{"the product is too large", change("recips=12", "recips=900000000") + "", Usage, ""},
		{"the product is far too large", strings.Replace(change("recips=12", "recips=900000000"), "size=465", "size=900000000", 1), Unparsed, reasonNumbers},
		{"a month that does not exist", change("2026-11", "2026-13"), Unparsed, reasonTime},
		{"a day that does not exist", change("11-22", "02-29"), Unparsed, reasonTime},
		{"a leap day", change("2026-11-22", "2028-02-29"), Usage, ""},
		{"an hour that does not exist", change("T10", "T24"), Unparsed, reasonTime},
		{"a leap second", change(":46+", ":60+"), Unparsed, reasonTime},
		{"a zone that does not exist", change("+0100", "+0160"), Unparsed, reasonTime},
		{"the year 0", change("2026", "0000"), Unparsed, reasonTime},
		{"before 1970", change("2026", "1969"), Unparsed, reasonEpoch},
		{"no zone", change("+0100", ""), Unparsed, reasonForm},
		{"zeros", "2026-11-22T10:50:46+0000 " + strings.Repeat("\x00", 40) + "PM1 ", Unparsed, reasonForm},
		{"a name that is no UTF-8", change("news", "n\xff\xfews"), Usage, ""},
		{"a name that is too long", change("news", strings.Repeat("n", MaxName)), Unparsed, reasonListName},
		{"a tab in a name", change("news", "n\tws"), Unparsed, reasonForm},
		{"a sender with a space", change("m00@subs.test", `"m 0"@subs.test`), Usage, ""},
	} {
		verdict, _, reason := parseOne(t, Mailman3, test.text)
		if verdict != test.want || reason != test.reason {
			t.Errorf("%s: verdict %d, reason %q; want %d, %q", test.name, verdict, reason, test.want, test.reason)
		}
	}
}

// TestTemplateSenderCannotBeForged has a sender put another sender into a Message-ID, to pass for service mail.
func TestTemplateSenderCannotBeForged(t *testing.T) {
	_, e, _ := parseOne(t, Mailman3, strings.Replace(usageLine, "msgid=<b0@c.test>", "msgid=<x sender=news-request@alpha.test msgid=y>", 1))
	if string(e.Sender) != "m00@subs.test" {
		t.Errorf("the sender is %q", e.Sender)
	}
}

func TestTemplateLineThatIsCut(t *testing.T) {
	p := &template{}
	var e Entry
	line := Line{Text: []byte(usageLine), Cut: true, CutHash: 42}
	if verdict, _ := p.Parse(&line, &e); verdict != Usage || e.Hash != 42 {
		t.Errorf("a line that is cut in its Message-ID: verdict %d, hash %d", verdict, e.Hash)
	}
	line.Text = line.Text[:120]
	if verdict, reason := p.Parse(&line, &e); verdict != Unparsed || reason != reasonLong {
		t.Errorf("a line that is cut before: verdict %d, reason %q", verdict, reason)
	}
}

var templatePattern = regexp.MustCompile(TemplatePattern)

// checkTemplate compares the parser with the documented expression.
func checkTemplate(t *testing.T, text []byte) {
	t.Helper()
	p := &template{}
	for range 2 { // with and without the minute of the line before
		var e Entry
		verdict, reason := p.Parse(&Line{Text: text}, &e)
		found := templatePattern.FindSubmatch(text)
		fits := verdict == Usage || reason != "" && reason != reasonForm && reason != reasonContinued
		if fits != (found != nil) {
			t.Fatalf("%q: verdict %d (%s), and the expression finds %q", text, verdict, reason, found)
		}
		if verdict == Chatter && bytes.Contains(text, []byte("PM1 ")) {
			t.Fatalf("%q carries the mark and was taken for chatter", text)
		}
		if verdict != Usage {
			continue
		}
		if want := strconv.FormatInt(e.Bytes, 10); !bytes.Equal(e.List, found[2]) || strings.TrimLeft("0"+string(found[5]), "0") != strings.TrimLeft("0"+want, "0") ||
			!bytes.HasPrefix(found[7], e.Sender) {
			t.Fatalf("%q: %+v, and the expression finds %q", text, e, found)
		}
	}
}

func TestTemplateAgreesWithItsExpression(t *testing.T) {
	for _, text := range sampleLines(t) {
		checkTemplate(t, []byte(text))
	}
}

func FuzzTemplate(f *testing.F) {
	for _, text := range append(sampleLines(f)[:40], usageLine, " "+usageLine, usageLine+"\r") {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !bytes.Contains(text, []byte("\n")) {
			checkTemplate(t, text)
		}
	})
}
