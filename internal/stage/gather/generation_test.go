package gather_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"postmeter/internal/stage/gather"
	"postmeter/internal/store/storetest"
)

// line is a usage line of the list news at a second of the log.
func line(second, recipients int) string {
	return fmt.Sprintf("2026-11-22T10:%02d:%02d+0000 PM1 list_id=news.alpha.test recips=%d refused=0 size=1000 secs=0.1 sender=a@x.test msgid=<%d@x.test>\n",
		second/60, second%60, recipients, second)
}

// log is the usage lines of some seconds.
func log(from, to int) string {
	var out strings.Builder
	for second := from; second < to; second++ {
		out.WriteString(line(second, 1))
	}
	return out.String()
}

func replace(t *testing.T, in gather.Input, content string) {
	t.Helper()
	if err := os.WriteFile(in.Name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadsOnWhereItEnded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := file(t, log(0, 10))
		check(t, "begin", h.ingest("mailman3", f), "10 10 0 0 0")
		check(t, "nothing new", h.ingest("mailman3", f), "10 0 10 0 0")
		replace(t, f, log(0, 15))
		check(t, "grown", h.ingest("mailman3", f), "15 5 10 0 0")
		check(t, "renamed, and what follows it", h.ingest("mailman3", file(t, log(0, 17)), file(t, log(17, 20))), "20 5 15 0 0")
		check(t, "copied, truncated, and written anew", h.ingest("mailman3", file(t, log(20, 22))), "2 2 0 0 0")
	})
}

func TestIncompleteLastLineWaits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		whole := log(0, 3)
		f := file(t, whole[:len(whole)-1])
		var notes []string
		order := gather.Order{Format: "mailman3", Inputs: []gather.Input{f}, Note: func(text string) { notes = append(notes, text) }}
		check(t, "incomplete", figures(h.result(order)), "2 2 0 0 0")
		if len(notes) != 1 || !strings.Contains(notes[0], "not complete") {
			t.Errorf("notes are %q", notes)
		}
		replace(t, f, whole)
		check(t, "complete", h.ingest("mailman3", f), "3 1 2 0 0")
		check(t, "no complete line at all", h.ingest("mailman3", file(t, "2026-11-22T10")), "0 0 0 0 0")
		check(t, "nothing at all", h.ingest("mailman3", file(t, "")), "0 0 0 0 0")
	})
}

func TestFilesThatAreNotBelieved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.ingest("mailman3", file(t, log(0, 10)))
		sums := openTables(t, url).sums()
		for _, test := range []struct{ name, content, want string }{
			{"shorter", log(0, 9), "was truncated, or is a part of it"},
			{"shorter, within a line", log(0, 10)[:500], "has only 500"},
			{"changed before the end", log(0, 1) + log(2, 12), "does not continue it"},
			{"one byte changed", strings.Replace(log(0, 12), "00:05+", "00:06+", 1), "does not continue it"},
		} {
			other := file(t, log(100, 101))
			inputs := []gather.Input{file(t, test.content), other}
			for _, dry := range []bool{true, false} {
				result := h.result(gather.Order{Format: "mailman3", Inputs: inputs, DryRun: dry})
				if len(result.Alerts) != 1 || !strings.Contains(result.Alerts[0], test.want) || !strings.Contains(result.Alerts[0], inputs[0].Name) {
					t.Errorf("%s: alerts are %q, want one with %q", test.name, result.Alerts, test.want)
				}
				if result.Records != 1 {
					t.Errorf("%s: %+v: the other file was to be read, this one not", test.name, result.Figures)
				}
			}
			stored := openTables(t, url).rows(`SELECT alert FROM generation WHERE alert <> ''`)
			if len(stored) != 1 || !strings.Contains(stored[0], test.want) {
				t.Errorf("%s: the database holds the alerts %q", test.name, stored)
			}
		}
		h.ingest("mailman3", file(t, log(0, 10)))
		if after := openTables(t, url).sums(); len(after) != len(sums) {
			t.Errorf("sums are %q, were %q", after, sums)
		}
	})
}

func TestLinesOfOtherGenerationsAreKnown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.ingest("mailman3", file(t, log(0, 20)), file(t, log(20, 40)))
		check(t, "cut at the front", h.ingest("mailman3", file(t, log(10, 20))), "10 0 10 0 0")
		check(t, "put together, last first", h.ingest("mailman3", file(t, log(20, 40)+log(0, 20))), "40 0 40 0 0")
		check(t, "put together, with new lines between", h.ingest("mailman3", file(t, log(5, 15)+log(50, 55)+log(25, 30))), "20 5 15 0 0")
		check(t, "known because of the one before", h.ingest("mailman3", file(t, log(52, 58))), "6 3 3 0 0")
		check(t, "the same text for another size is new", h.ingest("mailman3", file(t, strings.ReplaceAll(log(0, 5), "size=1000", "size=1001"))), "5 5 0 0 0")
	})
}

func TestEqualLinesAreToldApartByTheirNumber(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		twice := line(0, 1) + line(1, 1) + line(1, 1)
		check(t, "two equal deliveries", h.ingest("mailman3", file(t, twice)), "3 3 0 0 0")
		f := file(t, line(1, 1))
		check(t, "the first of a copy", h.ingest("mailman3", f), "1 0 1 0 0")
		replace(t, f, line(1, 1)+line(1, 1))
		check(t, "the second of a copy, read later", h.ingest("mailman3", f), "2 0 2 0 0")
		replace(t, f, line(1, 1)+line(1, 1)+line(1, 1))
		check(t, "a third that nobody had", h.ingest("mailman3", f), "3 1 2 0 0")
		h2 := gather.Order{Format: "mailman3", Inputs: []gather.Input{file(t, line(3, 1)+strings.Repeat(line(1, 1), 5))}, BatchRecords: 1}
		check(t, "in batches of one", figures(h.result(h2)), "6 3 3 0 0")
	})
}

func TestCopiesOfUnknownListsAreKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		unknown := strings.ReplaceAll(log(0, 10), "news.alpha", "later.alpha")
		check(t, "unknown", h.ingest("mailman3", file(t, unknown)), "10 0 0 10 0")
		check(t, "a part of it", h.ingest("mailman3", file(t, strings.ReplaceAll(log(5, 12), "news.alpha", "later.alpha"))), "7 0 5 2 0")
		h.addLists("alpha.test/later")
		if got := openTables(t, url).lists()["alpha.test/later"]; got != "12 12 12000" {
			t.Errorf("the list was given %q when it appeared", got)
		}
		openTables(t, url).sums()
		if left := openTables(t, url).rows(`SELECT * FROM usage_unknown`); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
		check(t, "read again", h.ingest("mailman3", file(t, unknown)), "10 0 10 0 0")
		check(t, "a copy of it", h.ingest("mailman3", file(t, strings.ReplaceAll(log(3, 12), "news.alpha", "later.alpha"))), "9 0 9 0 0")
	})
}

func TestFormatsOfOneFileAreApart(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := file(t, log(0, 10))
		var notes []string
		order := gather.Order{Format: "mailman3-default", Inputs: []gather.Input{f}, Note: func(text string) { notes = append(notes, text) }}
		check(t, "the wrong format", figures(h.result(order)), "0 0 0 0 0")
		if len(notes) != 1 || !strings.Contains(notes[0], "--format") {
			t.Errorf("notes are %q", notes)
		}
		check(t, "the right one", h.ingest("mailman3", f), "10 10 0 0 0")
	})
}

// TestRotationBetweenTheLinesOfAPair cuts a log of pairs at every line.
func TestRotationBetweenTheLinesOfAPair(t *testing.T) {
	var lines []string
	for i := range 4 {
		head := fmt.Sprintf("Nov 22 10:45:%02d 2026 (%d) <%d@x.test> ", i, 7+i%2, i)
		lines = append(lines, head+"smtp to news@alpha.test for 10 recips, completed in 0.1 seconds\n", head+fmt.Sprintf("post to news@alpha.test from a@x.test, %d bytes\n", 100+i))
	}
	lines[3], lines[4] = lines[4], lines[3] // two processes at once
	for cut := 1; cut < len(lines); cut++ {
		url := storetest.SQLite(t)
		h := newHouse(t, url)
		before, after := strings.Join(lines[:cut], ""), strings.Join(lines[cut:], "")
		result := h.result(gather.Order{Format: "mailman3-default", Inputs: []gather.Input{file(t, before), file(t, after)}})
		check(t, fmt.Sprintf("cut after line %d", cut), figures(result), "4 4 0 0 0")
		check(t, "again", h.ingest("mailman3-default", file(t, before), file(t, after)), "4 0 4 0 0")
		if got := openTables(t, url).lists()["alpha.test/news"]; got != "4 40 4060" {
			t.Errorf("cut after line %d: counted %q", cut, got)
		}
	}
}
