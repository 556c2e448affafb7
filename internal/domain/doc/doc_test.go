package doc_test

import (
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

func parse(t *testing.T, text string) *doc.Reader {
	t.Helper()
	root, err := doc.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc.NewReader(root)
}

func faults(t *testing.T, r *doc.Reader, want ...string) {
	t.Helper()
	got := ""
	if err := r.Err(); err != nil {
		got = err.Error()
	}
	if w := strings.Join(want, "\n"); got != w {
		t.Errorf("got\n%s\nwant\n%s", got, w)
	}
}

func TestEveryFaultIsFoundWithItsPlace(t *testing.T) {
	r := parse(t, `{"a": {"list": [{"n": "x"}, 5, {"n": 1e3, "more": 1}]}, "b": 1, "c": "maybe", "d": "2026-02-30", "e": [1], "f": {"g.h": 1}, "name": ""}`)
	a := r.Object("a")
	a.Each("list", func(_ int, it *doc.Reader) {
		it.Decimal("n", money.Decimal{})
		it.Done()
	})
	a.Done()
	r.Bool("b", false)
	r.Choice("c", -1, "yes", "no")
	r.Choice("kind", -1, "x")
	r.Date("d", period.First)
	r.Texts("e")
	f := r.Object("f")
	f.Done()
	r.Name("name")
	r.NeedWhole("count")
	r.Object("missing").NeedDate("start") // silent below what is missing
	r.Done()
	faults(t, r,
		`a.list[0].n: "x" is not a number: write it in digits with a point, such as 12.5`,
		`a.list[1]: must be an object, and is a number`,
		`a.list[2].n: "1e3" is not a number: write it in digits with a point, such as 12.5`,
		`a.list[2].more: is not a known field`,
		`b: must be true or false, and is a number`,
		`c: must be one of yes, no`,
		`kind: is missing`,
		`d: 2026-02-30 is a date that does not exist`,
		`e[0]: must be a string, and is a number`,
		`f."g.h": is not a known field`,
		`name: must not be empty`,
		`count: is missing`)
}

func TestNullIsMissing(t *testing.T) {
	r := parse(t, `{"t": null, "b": null, "d": null, "w": null, "day": null, "o": null, "l": null, "x": null}`)
	if r.Text("t", "def") != "def" || !r.Bool("b", true) || r.Decimal("d", money.FromInt(7)) != money.FromInt(7) || r.Whole("w", 3) != 3 ||
		r.Date("day", period.Last) != period.Last || r.Object("o").Present() || r.Has("x") {
		t.Error("a null is not its default")
	}
	r.Each("l", func(int, *doc.Reader) { t.Error("null has items") })
	r.Done()
	faults(t, r)
}

func TestNumbersAreReadExactly(t *testing.T) {
	r := parse(t, `{"a": 0.1000000000001, "b": 9007199254740993, "c": "12345678901234567890.123456789012", "d": 1.5, "e": -1, "f": 9223372036854775808, "g": 40.0, "h": true, "i": -0}`)
	if d := r.Decimal("c", money.Decimal{}); d.String() != "12345678901234567890.123456789012" {
		t.Errorf("c is %s", d)
	}
	if n := r.Whole("b", 0); n != 9007199254740993 {
		t.Errorf("b is %d", n)
	}
	if n := r.Whole("g", 0); n != 40 {
		t.Errorf("g is %d", n)
	}
	r.Decimal("a", money.Decimal{})
	r.Whole("d", 0)
	r.Whole("e", 0)
	r.Whole("f", 0)
	r.Decimal("h", money.Decimal{})
	r.Whole("i", 0)
	if m := parse(t, `{"a": "12.34"}`).Amount("a", money.MustCurrency("USD")); m != 1234 {
		t.Errorf("amount: %d", m)
	}
	r.Amount("a", money.MustCurrency("USD"))
	faults(t, r,
		"a: has more than 12 decimals", "d: must be a whole number", "e: must not be negative",
		"f: is too large: at most 9223372036854775807", "h: must be a number, and is true or false", "a: has more than 12 decimals")
}

func TestDatesOfAnObject(t *testing.T) {
	r := parse(t, `{"a": {"start": "2026-09-02", "end": "2026-09-01"}, "b": {"start": "2026-9-2", "end": "2026-09-01"}, "c": {}}`)
	r.Object("a").Dates()
	r.Object("b").Dates()
	if r.Object("c").Dates() != period.Open() {
		t.Error("no dates are not all time")
	}
	faults(t, r, "a: ends before it starts: 2026-09-02 to 2026-09-01", `b.start: "2026-9-2" is not a date: write it as 2026-09-01`)
}

func TestWhatIsNoDocument(t *testing.T) {
	deep := strings.Repeat("[", doc.MaxDepth+1)
	for text, want := range map[string]string{
		"":                                   "line 1: the document ends too early",
		"{\n\"a\": 1,\n\"b\":":               "line 3: the document ends too early",
		"{\n\"a\": 1\n}\n5":                  "line 4: there is more text after the end of the document",
		"{} x":                               "line 1: this is not JSON: invalid character 'x' looking for beginning of value",
		"{\"a\": [1, {\"b\": 1, \"b\": 2}]}": "a[1].b: is given twice",
		"{\"a\": 1, \"\\u0061\": 2}":         "a: is given twice",
		"{\n\"a\": \"\xff\"}":                "line 2: the text is not valid UTF-8",
		deep:                                 strings.Repeat("[0]", doc.MaxDepth) + ": lists and objects are nested more than 64 deep",
		"{'a': 1}":                           "line 1: this is not JSON: invalid character '\\''",
		"{\"a\": 01}":                        "line 1: this is not JSON: invalid character '1' after object key:value pair",
		"{\"a\": NaN}":                       "line 1: this is not JSON: invalid character 'N' looking for beginning of value",
		"[1,]":                               "line 1: this is not JSON: invalid character ']' looking for beginning of value",
	} {
		_, err := doc.ParseJSON([]byte(text))
		if fault.KindOf(err) != fault.Invalid || err.Error() != want {
			t.Errorf("%.40q: got %v, want %s", text, err, want)
		}
	}
	r := parse(t, "[]")
	faults(t, r, "must be an object, and is a list")
}

func TestManyFieldsAreSearchedForRepeatsToo(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "\"f%d\": %d, ", i, i)
	}
	if _, err := doc.ParseJSON([]byte("{" + b.String() + "\"f3\": 1}")); err == nil || err.Error() != "f3: is given twice" {
		t.Errorf("got %v", err)
	}
	var wide strings.Builder
	for i := range 70 {
		fmt.Fprintf(&wide, "\"f%d\": %d, ", i, i)
	}
	faults(t, parse(t, "{"+wide.String()+"\"g\": 1}"), "has 71 fields: at most 64 are allowed")
}

func TestFaultsBeyondTheLimitAreCounted(t *testing.T) {
	r := parse(t, "\ufeff{}")
	for i := range doc.MaxFaults + 5 {
		r.Fault(fmt.Sprintf("f%d", i), "is odd")
	}
	err := r.Err()
	if !strings.HasSuffix(err.Error(), "f99: is odd\nand 5 more faults") || r.Faults() != doc.MaxFaults+5 {
		t.Errorf("got %v", err)
	}
}

func TestTheTreeOfADocument(t *testing.T) {
	root, err := doc.ParseJSON([]byte("{\"a\": [true,\n null, \"x\", 1.50], \"b\": {}}"))
	if err != nil {
		t.Fatal(err)
	}
	a := root.Lookup("a")
	if a.Kind != doc.Array || a.Items[0].Text != "true" || a.Items[1].Kind != doc.Null || a.Items[1].Line != 2 || a.Items[3].Text != "1.50" {
		t.Errorf("got %+v", a)
	}
	if root.Lookup("c") != nil || root.Lookup("b").Kind != doc.Object {
		t.Error("Lookup")
	}
	r := doc.NewReader(root)
	if r.Len("a") != 4 || r.Line() != 1 || len(r.Names()) != 2 || r.Node("a") == nil {
		t.Error("Len, Line, Names or Node")
	}
	r.Done()
	faults(t, r)
}
