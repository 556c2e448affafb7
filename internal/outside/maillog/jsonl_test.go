package maillog

import (
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
)

const record = `{"id":"a1","server":"s1","site":"a.test","list":"news","at":"2026-09-01T14:00:00.5+02:00","bytes":12288,"recipients":100}`

func TestParseReport(t *testing.T) {
	r, err := ParseReport([]byte(record))
	want := Report{ID: "a1", Server: "s1", Site: "a.test", List: "news", At: 1788264000500000, Bytes: 12288, Recipients: 100}
	if err != nil || r != want {
		t.Errorf("%+v, %v; want %+v", r, err, want)
	}
	event := `{"specversion":"1.0","id":"a1","source":"/mta","type":"sent","time":"2026-09-01T12:00:00.5Z","data":{"server":"s1","site":"a.test","list":"news","bytes":12288,"recipients":100}}`
	want.ID = "/mta a1"
	if r, err = ParseReport([]byte(event)); err != nil || r != want {
		t.Errorf("as a CloudEvent: %+v, %v; want %+v", r, err, want)
	}
	r, err = ParseReport([]byte(`{"id":"c","corrects":"a1","recipients":-3,"reason":"bounced"}`))
	if want := (Report{ID: "c", Corrects: "a1", Recipients: -3, Reason: "bounced", Bytes: -1}); err != nil || r != want {
		t.Errorf("a correction: %+v, %v; want %+v", r, err, want)
	}
	r, err = ParseReport([]byte(`{"server":"s1","site":"a.test","list":"news","day":"2026-09-02","members":7}`))
	if err != nil || !r.Reading || r.Members != 7 || r.Day.String() != "2026-09-02" {
		t.Errorf("a reading: %+v, %v", r, err)
	}
}

func TestParseReportRefuses(t *testing.T) {
	change := func(from, to string) string { return strings.Replace(record, from, to, 1) }
	for _, test := range []struct{ text, want string }{
		{`x`, "is not a JSON object"},
		{`[]`, "is not a JSON object"},
		{`null`, "is not a JSON object"},
		{record + record, "is not a JSON object"},
		{record + "}", "is not a JSON object"},
		{"{\"id\":\"\xff\"}", "is not UTF-8"},
		{`{}`, "id: is missing"},
		{change(`"id":"a1",`, ``), "id: is missing"},
		{change(`"a1"`, `""`), "id: must not be empty"},
		{change(`"a1"`, `null`), "id: is missing"},
		{change(`"a1"`, `7`), "id: must be a text"},
		{change(`a1`, `a\u0000`), "id: must not hold control characters"},
		{change(`a1`, strings.Repeat("a", 201)), "id: has 201 bytes"},
		{change(`"site":"a.test",`, ``), "site: is missing"},
		{change(`12288`, `-1`), "bytes: is -1"},
		{change(`12288`, `1.5`), "bytes: must be a whole number"},
		{change(`12288`, `99999999999999999999`), "bytes: must be a whole number"},
		{change(`12288`, `9999999999999`), "bytes: 9999999999999 is no size"},
		{change(`100}`, `-1}`), "recipients: is negative"},
		{change(`100}`, `"100"}`), "recipients: must be a whole number"},
		{change(`,"recipients":100`, ``), "recipients: is missing"},
		{change(`09-01T14`, `09-31T14`), "at: "},
		{change(`+02:00`, ``), "at: "},
		{change(`2026`, `1969`), "at: "},
		{change(`"id"`, `"colour":"red","id"`), "colour: is not a field"},
		{change(`"id"`, `"reason":"r","id"`), "reason: is for corrections"},
		{`{"id":"c","corrects":"a1","recipients":-3}`, "reason: is missing"},
		{`{"id":"c","corrects":"c","recipients":-3,"reason":"r"}`, "corrects: is the record itself"},
		{`{"id":"c","corrects":"a","site":"s","recipients":-3,"reason":"r"}`, "site: must stand with list"},
		{`{"server":"s1","site":"a.test","list":"news","day":"2026-02-30","members":7}`, "day: 2026-02-30 is a date that does not exist"},
		{`{"server":"s1","site":"a.test","list":"news","day":"2026-02-01","members":-7}`, "members: is -7"},
		{`{"server":"s1","site":"a.test","list":"news","day":"2026-02-01"}`, "members: is missing"},
		{`{"specversion":"1.0","id":"a"}`, "data: must be an object"},
	} {
		_, err := ParseReport([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: the fault is %v, want %q", test.text, err, test.want)
		}
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add([]byte(record))
	f.Add([]byte(`{"id":"c","corrects":"a1","recipients":-3,"reason":"bounced"}`))
	f.Add([]byte(`{"server":"s1","site":"a.test","list":"news","day":"2026-09-02","members":7}`))
	f.Add([]byte(`{"specversion":"1.0","id":"a","source":"s","data":{"site":"a","list":"b"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseReport(text)
		switch {
		case err != nil && fault.KindOf(err) != fault.Invalid:
			t.Fatalf("%q: %v is not classified", text, err)
		case err != nil:
		case r.Reading && (r.Site == "" || r.List == "" || r.Members < 0):
			t.Fatalf("%q: %+v", text, r)
		case !r.Reading && (r.ID == "" || r.Corrects == "" && (r.At <= 0 || r.Bytes < 0 || r.Recipients < 0 || r.List == "")):
			t.Fatalf("%q: %+v", text, r)
		}
	})
}
