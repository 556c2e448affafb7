package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store/storetest"
)

// answer is what the API says of a batch, in the form "accepted already_known unknown_list refused".
type answer struct {
	Records, Accepted, Refused int
	AlreadyKnown               int `json:"already_known"`
	UnknownList                int `json:"unknown_list"`
	Results                    []struct {
		Index                     int
		ID, Status, Place, Reason string
	}
}

func (a answer) String() string {
	return fmt.Sprint(a.Accepted, " ", a.AlreadyKnown, " ", a.UnknownList, " ", a.Refused)
}

// report sends a batch, which must be taken.
func (h *house) report(secret, contentType, body string, headers ...string) (a answer) {
	h.Helper()
	w := h.ask("POST", "/api/v1/usage", body, append(headers, bearer(secret), "Content-Type: "+contentType)...)
	if w.Code != 200 {
		h.Fatalf("%d: %s", w.Code, w.Body)
	}
	h.must(json.Unmarshal(w.Body.Bytes(), &a))
	if a.Records != len(a.Results) || a.Records != a.Accepted+a.AlreadyKnown+a.UnknownList+a.Refused {
		h.Errorf("the figures do not add up: %+v", a)
	}
	return a
}

// sums are the recipients in the sums of usage.
func (h *house) sums() string {
	h.Helper()
	return strings.Join(storetest.Rows(h.TB, h.url, `SELECT CAST(coalesce(sum(messages), 0) AS BIGINT), CAST(coalesce(sum(recipients), 0) AS BIGINT) FROM usage_sum`), "")
}

// record is a record of the list a.test/news.
func record(id, server string, recipients int) string {
	if server != "" {
		server = `"server":"` + server + `",`
	}
	return fmt.Sprintf(`{"id":%q,%s"site":"a.test","list":"news","at":"2026-11-01T12:00:00Z","bytes":1000,"recipients":%d}`, id, server, recipients)
}

func array(records ...string) string { return "[" + strings.Join(records, ",") + "]" }

const (
	asJSON   = "application/json"
	asLines  = "application/x-ndjson"
	asEvent  = "application/cloudevents+json; charset=utf-8"
	asEvents = "application/cloudevents-batch+json"
)

func TestUsageIsCountedOnceInEveryForm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		secret := h.token("news", "", apitoken.Usage)
		event := func(id string) string {
			return `{"specversion":"1.0","type":"sent","source":"/mta","id":"` + id + `","time":"2026-11-02T12:00:00Z",
				"data":{"server":"s1","site":"a.test","list":"news","bytes":1000,"recipients":5}}`
		}
		for _, c := range []struct {
			form, body string
			want       string
		}{
			{asJSON, array(record("a", "s1", 10), record("b", "s2", 20)), "2 0 0 0"},
			{asJSON, array(record("a", "s1", 10), record("b", "s2", 20)), "0 2 0 0"}, // the answer was lost
			{asJSON, record("c", "s1", 1), "1 0 0 0"},
			{asLines, record("c", "s1", 1) + "\n\n" + record("d", "s1", 1), "1 1 0 0"},
			{asEvent, event("e"), "1 0 0 0"},
			{asEvents, array(event("e"), event("f")), "1 1 0 0"},
			{asJSON, array(event("f")), "0 1 0 0"},
			{asJSON, "[]", "0 0 0 0"},
			{asJSON, array(record("g", "s1", 7), record("g", "s1", 7)), "1 1 0 0"},
			{asJSON, `{"id":"h","server":"s1","corrects":"a","recipients":-3,"reason":"counted twice"}`, "1 0 0 0"},
			{asJSON, `{"server":"s1","site":"a.test","list":"news","day":"2026-11-01","members":99}`, "1 0 0 0"},
			{asJSON, `{"server":"s1","site":"a.test","list":"news","day":"2026-11-01","members":99}`, "0 1 0 0"},
			{asJSON, strings.ReplaceAll(record("i", "s1", 4), "news", "new"), "0 0 1 0"},
		} {
			if got := h.report(secret, c.form, c.body); got.String() != c.want {
				t.Errorf("%s %s: %s, want %s: %+v", c.form, c.body, got, c.want, got.Results)
			}
		}
		if got := h.sums(); got != "7|46" { // 10+20+1+1+5+5+7-3
			t.Errorf("in the sums: %s", got)
		}
		if got := storetest.Rows(t, url, `SELECT members FROM member_reading`); fmt.Sprint(got) != "[99]" {
			t.Errorf("members: %v", got)
		}
	})
}

// TestSameRulesAsIngest reads a file of reports, and sends its lines: they are the same records.
func TestSameRulesAsIngest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		lines := strings.Join([]string{record("a", "s1", 10), record("b", "s1", 20), `{"id":"x"}`}, "\n") + "\n"
		if _, err := gather.Ingest(context.Background(), gather.Order{DB: h.DB, By: h.by, Format: "jsonl",
			Inputs: []gather.Input{{Name: "file", Stream: strings.NewReader(lines)}}}); err != nil {
			t.Fatal(err)
		}
		got := h.report(h.token("n", "s1", apitoken.Usage), asLines, lines)
		if got.String() != "0 2 0 1" || h.sums() != "2|30" {
			t.Errorf("%s, in the sums %s", got, h.sums())
		}
	})
}

func TestRefusedRecords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		any1, only1 := h.token("any", "", apitoken.Usage), h.token("only", "s1", apitoken.Usage)
		for _, c := range []struct {
			secret, record, place, reason string
		}{
			{any1, record("a", "", 1), "server", "is missing"},
			{any1, record("a", "s9", 1), "server", `"s9" is not known`},
			{only1, record("a", "s2", 1), "server", `the token that was shown is for "s1" only`},
			{any1, `{"id":"a","server":"s1"}`, "recipients", "is missing"},
			{any1, `7`, "", "is not a JSON object"},
			{any1, `{"id":"a","server":"s1","corrects":"zz","recipients":-3,"reason":"r"}`, "corrects", "there is no record"},
			{any1, record("known", "s1", 2), "id", "with other content"},
		} {
			h.report(any1, asJSON, record("known", "s1", 1))
			got := h.report(c.secret, asJSON, array(record("good-"+c.place+c.reason, "s1", 1), c.record))
			if got.String() != "1 0 0 1" && got.String() != "0 1 0 1" {
				t.Errorf("%s: %s", c.record, got)
			}
			r := got.Results[1]
			if r.Index != 1 || r.Status != "refused" || r.Place != c.place || !strings.Contains(r.Reason, c.reason) || strings.Contains(r.Reason, "s2, ") {
				t.Errorf("%s: %+v, want %s: %s", c.record, r, c.place, c.reason)
			}
		}
		if got := h.report(only1, asJSON, record("mine", "", 1)); got.String() != "1 0 0 0" {
			t.Errorf("a token for one server: %s %+v", got, got.Results)
		}
		// They are kept, once, for people to see.
		kept := func() string { return storetest.Rows(t, url, `SELECT count(*) FROM usage_unparsed`)[0] }
		before := kept()
		h.report(any1, asJSON, array(`{"id":"again"}`, `{"id":"again"}`))
		h.report(any1, asJSON, array(`{"id":"again"}`))
		if before != "7" || kept() != "8" {
			t.Errorf("%s refused records are kept, then %s", before, kept())
		}
	})
}

func TestBatchesThatAreNotTaken(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	secret := h.token("news", "", apitoken.Usage)
	many := strings.Repeat(`{},`, gather.MaxReports) + `{}`
	for _, c := range []struct {
		form, body, headers string
		status              int
		detail              string
	}{
		{asJSON, `[{"id":`, "", 400, "nothing was taken"},
		{asJSON, `[{}] x`, "", 400, "behind the array"},
		{asJSON, `{"id":1} {}`, "", 400, "not a JSON object"},
		{asEvents, `{}`, "", 400, "not a JSON array"},
		{asJSON, "", "", 400, ""},
		{"text/csv", `a,b`, "", 415, "use application/json"},
		{"nonsense;;", `a,b`, "", 415, ""},
		{asJSON, "[" + many + "]", "", 413, "10000"},
		{asLines, strings.ReplaceAll(many, ",", "\n"), "", 413, "10000"},
		{asJSON, "[" + strings.Repeat(" ", 16<<20) + "]", "", 413, ""},
		{asJSON, packed(t, "["+strings.Repeat(" ", 16<<20)+"]"), "Content-Encoding: gzip", 413, ""},
		{asJSON, "no gzip", "Content-Encoding: gzip", 400, "gzip"},
		{asJSON, packed(t, "[]")[:20], "Content-Encoding: gzip", 400, "gzip"},
		{asJSON, "[]", "Content-Encoding: br", 415, "br"},
	} {
		headers := []string{bearer(secret), "Content-Type: " + c.form}
		if c.headers != "" {
			headers = append(headers, c.headers)
		}
		p := h.problem(h.ask("POST", "/api/v1/usage", c.body, headers...), c.status)
		if !strings.Contains(p.Detail, c.detail) || p.RequestID == "" {
			t.Errorf("%s %.20q: %+v", c.form, c.body, p)
		}
	}
	if got := h.report(secret, asJSON, packed(t, array(record("a", "s1", 1))), "Content-Encoding: gzip"); got.String() != "1 0 0 0" {
		t.Errorf("compressed: %s", got)
	}
	if got := h.sums(); got != "1|1" {
		t.Errorf("in the sums: %s", got)
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
