package gather_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store/storetest"
)

// report is a usage record of the list news with an id.
func reported(id string, recipients int) string {
	return fmt.Sprintf(`{"id":%q,"server":"s1","site":"alpha.test","list":"news","at":"2026-09-01T12:00:00Z","bytes":12288,"recipients":%d}`+"\n", id, recipients)
}

func correction(id, of string, recipients int) string {
	return fmt.Sprintf(`{"id":%q,"server":"s1","corrects":%q,"recipients":%d,"reason":"bounced"}`+"\n", id, of, recipients)
}

// refusals reads reports and returns the figures and what is said of those refused.
func refusals(h *house, content string) (got string, notes []string) {
	h.t.Helper()
	result := h.result(gather.Order{Format: "jsonl", Inputs: []gather.Input{text(content)}, Note: func(text string) { notes = append(notes, text) }})
	return figures(result), notes
}

func TestReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		content := reported("a", 100) + reported("b", 7) + "\n" + reported("a", 100)
		check(t, "first time", h.ingest("jsonl", text(content)), "3 2 1 0 0")
		check(t, "again", h.ingest("jsonl", text(content)), "3 0 3 0 0")
		check(t, "in another file, with one more", h.ingest("jsonl", text(reported("c", 1)+content)), "4 1 3 0 0")
		tables := openTables(t, url)
		if got := tables.lists()["alpha.test/news"]; got != "3 108 1327104" {
			t.Errorf("counted are %q", got)
		}
		if got := tables.rows(`SELECT DISTINCT source FROM usage_sum`); len(got) != 1 || got[0] != "reported" {
			t.Errorf("sources are %q", got)
		}
		tables.sums()
	})
}

func TestReportsWithTheSameIDAndOtherContent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		got, notes := refusals(h, reported("a", 100)+reported("a", 101)+reported("b", 1))
		check(t, "in one file", got, "2 2 0 0 1")
		if len(notes) != 1 || !strings.Contains(notes[0], `line 2 was refused: id: "a" was reported before with other content`) {
			t.Errorf("notes are %q", notes)
		}
		got, _ = refusals(h, reported("b", 2))
		check(t, "in the next file", got, "0 0 0 0 1")
		kept := openTables(t, url).rows(`SELECT position, reason FROM usage_unparsed`)
		if len(kept) != 2 {
			t.Errorf("kept are %q", kept)
		}
	})
}

func TestCorrections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		check(t, "with its record", h.ingest("jsonl", text(reported("a", 100)+correction("c1", "a", -30))), "2 2 0 0 0")
		check(t, "later", h.ingest("jsonl", text(correction("c2", "a", -50)+correction("c1", "a", -30))), "2 1 1 0 0")
		if got := openTables(t, url).lists()["alpha.test/news"]; got != "1 20 245760" {
			t.Errorf("counted are %q", got)
		}
		openTables(t, url).sums()
		for _, test := range []struct{ line, want string }{
			{correction("c3", "a", -21), `takes 21 back, and record "a" has 20 left`},
			{correction("c3", "nobody", -1), `there is no record "nobody" of this server`},
			{correction("c3", "c1", -1), `"c1" is a correction itself: correct the record "a"`},
			{strings.Replace(correction("c3", "a", -1), `"corrects"`, `"site":"alpha.test","list":"dev","corrects"`, 1), `is of another list`},
		} {
			got, notes := refusals(h, test.line)
			check(t, test.line, got, "0 0 0 0 1")
			if len(notes) != 1 || !strings.Contains(notes[0], test.want) {
				t.Errorf("notes are %q, want %q", notes, test.want)
			}
		}
		check(t, "all of it", h.ingest("jsonl", text(correction("c3", "a", -20))), "1 1 0 0 0")
		check(t, "and some given again", h.ingest("jsonl", text(correction("c4", "a", 5))), "1 1 0 0 0")
		if got := openTables(t, url).lists()["alpha.test/news"]; got != "2 5 61440" {
			t.Errorf("counted are %q", got)
		}
	})
}

func TestMemberReadings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		reading := func(list string, members int) string {
			return fmt.Sprintf(`{"server":"s1","site":"alpha.test","list":%q,"day":"2026-09-02","members":%d}`+"\n", list, members)
		}
		check(t, "first", h.ingest("jsonl", text(reading("news", 10)+reading("later", 7))), "2 1 0 1 0")
		check(t, "again", h.ingest("jsonl", text(reading("news", 10))), "1 0 1 0 0")
		check(t, "a later one of the day", h.ingest("jsonl", text(reading("news", 12))), "1 1 0 0 0")
		h.addLists("alpha.test/later")
		if got := openTables(t, url).rows(`SELECT list_id, day, members FROM member_reading ORDER BY 1`); strings.Join(got, ",") != "1 20698 12,5 20698 7" {
			t.Errorf("readings are %q", got)
		}
	})
}

func TestReportsOfUnknownLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		content := strings.ReplaceAll(reported("a", 100)+reported("b", 5), `"news"`, `"later"`)
		check(t, "unknown", h.ingest("jsonl", text(content)), "2 0 0 2 0")
		check(t, "still unknown", h.ingest("jsonl", text(content)), "2 0 0 2 0")
		_, notes := refusals(h, correction("c", "a", -1))
		if len(notes) != 1 || !strings.Contains(notes[0], "is not known, so give site, list and bytes") {
			t.Errorf("notes are %q", notes)
		}
		h.addLists("alpha.test/later")
		check(t, "known", h.ingest("jsonl", text(content+correction("c", "a", -1))), "3 1 2 0 0")
		if got := openTables(t, url).lists()["alpha.test/later"]; got != "2 104 1277952" {
			t.Errorf("counted are %q", got)
		}
		openTables(t, url).sums()
	})
}

func TestReportsNameTheirServer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		without := strings.ReplaceAll(reported("a", 1), `"server":"s1",`, "")
		got, notes := refusals(h, without+strings.ReplaceAll(reported("b", 1), "s1", "s2"))
		check(t, "none, and an unknown one", got, "0 0 0 0 2")
		if len(notes) != 2 || !strings.Contains(notes[0], "server: is missing") || !strings.Contains(notes[1], `server "s2" is not known`) {
			t.Errorf("notes are %q", notes)
		}
		result := h.result(gather.Order{Server: "s1", Format: "jsonl", Inputs: []gather.Input{text(without)}})
		check(t, "given beside", figures(result), "1 1 0 0 0")
		_, err := h.try(gather.Order{Server: "s2", Format: "jsonl", Inputs: []gather.Input{text(without)}})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unknown one beside: %v", err)
		}
	})
}

// TestEditedReports reads a file again after it was mended: other records then stand at the same places.
func TestEditedReports(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := file(t, reported("a", 1)+reported("b", 2)+"broken\n"+reported("d", 4))
		check(t, "one is broken", h.ingest("jsonl", f), "3 3 0 0 1")
		replace(t, f, reported("a", 1)+reported("x", 2)+reported("c", 3)+strings.TrimSuffix(reported("d", 4), "\n"))
		check(t, "mended", h.ingest("jsonl", f), "4 2 2 0 0")
		replace(t, f, strings.TrimSuffix(reported("e", 1), "}\n"))
		check(t, "a last line that is not complete", h.ingest("jsonl", f), "0 0 0 0 0")
	})
}

func TestReportsDryRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		content := reported("a", 100) + correction("c", "a", -30) + reported("a", 1) + reported("a", 100)
		result := h.result(gather.Order{Format: "jsonl", Inputs: []gather.Input{text(content)}, DryRun: true, BatchRecords: 1})
		check(t, "dry run", figures(result), "3 2 1 0 1")
		if len(result.Usage) != 1 || result.Usage[0].List != "alpha.test/news" || result.Usage[0].Recipients != 70 {
			t.Errorf("usage is %+v", result.Usage)
		}
		if rows := openTables(t, url).rows(`SELECT id FROM generation`); len(rows) > 0 {
			t.Error("a dry run wrote to the database")
		}
	})
}

// TestManyReports reads more reports than one transaction holds.
func TestManyReports(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var content strings.Builder
		for i := range 12_000 {
			content.WriteString(reported(fmt.Sprint("id", i), 1))
		}
		f := file(t, content.String())
		check(t, "first time", h.ingest("jsonl", f), "12000 12000 0 0 0")
		if err := os.Truncate(f.Name, int64(content.Len()/2)); err != nil {
			t.Fatal(err)
		}
		result := h.result(gather.Order{Format: "jsonl", Inputs: []gather.Input{f}})
		if result.Counted != 0 || result.AlreadyKnown < 5990 {
			t.Errorf("half of it again: %+v", result.Figures)
		}
	})
}
