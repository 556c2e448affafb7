package hosting_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
)

// known makes lists that billing knows: "id site/name", with "gone" or "missing" after it.
func known(texts ...string) (out []hosting.Known) {
	for i, text := range texts {
		w := strings.Fields(text)
		site, name, _ := strings.Cut(w[1], "/")
		k := hosting.Known{List: hosting.List{ID: int64(i + 1), Place: hosting.Place{Server: "s", Site: site, List: name}, RemoteID: strings.Trim(w[0], "-"),
			Gone: period.Last}, Missing: period.Last}
		if len(w) > 2 && w[2] == "gone" {
			k.Gone = 1
		}
		if len(w) > 2 && w[2] == "missing" {
			k.Missing = 1
		}
		out = append(out, k)
	}
	return out
}

func catalogue(texts ...string) *hosting.Catalogue {
	c := &hosting.Catalogue{}
	for _, text := range texts {
		id, place, _ := strings.Cut(text, " ")
		site, name, _ := strings.Cut(place, "/")
		c.Lists = append(c.Lists, hosting.Listed{Site: site, Name: name, RemoteID: strings.Trim(id, "-")})
	}
	return c
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name      string
		known     []hosting.Known
		catalogue *hosting.Catalogue
		want      []string
		doubt     string
	}{
		{"the id tells, before the place", known("u1 h/a", "u2 h/b"), catalogue("u1 h/b", "u2 h/a"), []string{"h/a is h/b", "h/b is h/a"}, ""},
		{"the place tells where no id does", known("- h/a", "u2 h/b"), catalogue("u1 h/a", "u9 h/b"), []string{"h/a is h/a", "h/b is h/b"}, ""},
		{"who moved away leaves its place to a new one", known("u1 h/a"), catalogue("u2 h/a", "u1 h/b"), []string{"h/a is h/b", "h/a is new"}, ""},
		{"gone lists are found again", known("u1 h/a gone"), catalogue("u1 h/a"), []string{"h/a is h/a, back"}, ""},
		{"a list rather than a gone one", known("u1 h/a gone", "u3 h/a"), catalogue("u2 h/a"), []string{"h/a is h/a"}, ""},
		{"one of five may be lost", known("- h/a", "- h/b", "- h/c", "- h/d", "- h/e"), catalogue("- h/a", "- h/b", "- h/c", "- h/d"),
			[]string{"h/a is h/a", "h/b is h/b", "h/c is h/c", "h/d is h/d", "h/e is missing"}, ""},
		{"and not one of four", known("- h/a", "- h/b", "- h/c", "- h/d"), catalogue("- h/a", "- h/b", "- h/c"),
			[]string{"h/a is h/a", "h/b is h/b", "h/c is h/c", "h/d is missing"}, "1 of its 4 lists"},
		{"what was missing is no new loss", known("- h/a", "- h/b missing", "- h/c gone"), catalogue("- h/a"), []string{"h/a is h/a", "h/b is missing"}, ""},
		{"nothing", nil, catalogue(), nil, "no list at all"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := hosting.Compare(test.known, test.catalogue)
			var got []string
			for _, p := range d.Same {
				text := p.Known.Place.Site + "/" + p.Known.Place.List + " is " + p.Listed.Site + "/" + p.Listed.Name
				if p.Back() {
					text += ", back"
				}
				if p.Moved() != (p.Known.Place.List != p.Listed.Name) {
					t.Errorf("%s: moved is %t", text, p.Moved())
				}
				got = append(got, text)
			}
			for _, l := range d.New {
				got = append(got, l.Site+"/"+l.Name+" is new")
			}
			for _, k := range d.Missing {
				got = append(got, k.Place.Site+"/"+k.Place.List+" is missing")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			err := d.Doubt()
			if (err == nil) != (test.doubt == "") || err != nil && !strings.Contains(err.Error(), test.doubt) {
				t.Errorf("doubt: %v, want %q", err, test.doubt)
			}
		})
	}
}

// trace makes a trace: place, members, owners.
func trace(place string, members int64, owners ...string) hosting.Trace {
	p, err := hosting.ParsePlace(place)
	if err != nil {
		panic(err)
	}
	return hosting.Trace{Place: p, Members: members, Owners: owners}
}

func TestSuggest(t *testing.T) {
	old := trace("s/a.test/news", 100, "ann@a.test", "bob@a.test")
	for _, test := range []struct {
		name string
		to   hosting.Trace
		want int
	}{
		{"renamed on its site", trace("s/a.test/newsletter", 100, "Ann@a.test", "bob@a.test"), 85},
		{"on another site", trace("s/b.test/news", 95, "ann@a.test", "bob@a.test"), 100},
		{"on another server", trace("t/a.test/news", 100, "ann@a.test"), 85},
		{"fewer members, another owner", trace("s/a.test/newsletter", 80, "eve@a.test", "ann@a.test"), 55},
		{"the same name alone", trace("s/b.test/news", 3, "eve@b.test"), 0},
		{"another name and owner", trace("s/a.test/golf", 100, "eve@a.test"), 0},
		{"members that nobody knows", trace("s/a.test/newsletter", hosting.NotSaid), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := hosting.Suggest([]hosting.Trace{old}, []hosting.Trace{test.to})
			switch {
			case test.want == 0 && len(got) > 0:
				t.Errorf("suggested: %+v", got)
			case test.want > 0 && (len(got) != 1 || got[0].Score != test.want || len(got[0].Why) == 0):
				t.Errorf("got %+v, want a score of %d", got, test.want)
			}
		})
	}
	both := hosting.Suggest([]hosting.Trace{old, trace("s/a.test/new", 100, "ann@a.test")}, []hosting.Trace{trace("s/a.test/newsletter", 100, "ann@a.test", "bob@a.test")})
	if len(both) != 1 || both[0].From != "s/a.test/news" {
		t.Errorf("one that appeared is suggested once, with its best match: %+v", both)
	}
}

func TestPatterns(t *testing.T) {
	got, err := hosting.Patterns([]string{"Ann@A.test | *bob*", "ann@a.test", ""})
	if diff := cmp.Diff([]string{"ann@a.test", "*bob*"}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, bad := range [][]string{nil, {"|"}, {"a\x00b"}, {strings.Repeat("a|b|", 10) + strings.Repeat("x", 300)}} {
		if _, err := hosting.Patterns(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := hosting.ParsePlace("s/a.test"); err == nil {
		t.Error("a site was taken for a list")
	}
}
