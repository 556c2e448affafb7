package admin

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"postmeter/internal/domain/operator"
	"postmeter/internal/store/storetest"
)

// badTexts is what somebody may type into any field, by what is wrong with it. Nothing takes the first two.
var badTexts = []struct {
	name, text string
	never      bool // no field takes it
}{
	{"too long", strings.Repeat("x", 70_000), true},
	{"control characters", "a\x00b\x07c", true},
	{"a script", `"><script>alert(1)</script>`, false},
	{"SQL", "'; DROP TABLE customer; --", false},
	{"the wrong kind", "not-what-is-asked-for", false},
}

// pagesWithForms has every form that somebody types into.
var pagesWithForms = []string{
	"/customers/new", "/customers/1/edit", "/customers/1/groups/new", "/customers/1/groups/1/edit", "/customers/1/groups/1/plans/new", "/customers/1/groups/1/charges/new",
	"/customers/1/groups/1/objects/1/edit", "/plans/new", "/plans/1/edit", "/charges/new", "/charges/1/edit", "/servers/new", "/servers/1/edit", "/servers/1/move",
	"/settings", "/admins/new", "/admins/2", "/admins/2/password", "/profile/password", "/validation", "/bill/run", "/send/test", "/send/run",
}

// TestBadInputInEveryField types what is wrong into every field of every form, one at a time. The answer is never a
// failure of the program and never runs what was typed; what is refused names the field, keeps what was typed, and changes nothing.
func TestBadInputInEveryField(t *testing.T) {
	each(t, func(w *world) {
		w.mails = t.TempDir()
		w.settings()
		w.imports(provider)
		w.imports(customersToBill)
		w.operator(operator.Viewer)
		v := w.operator(operator.Administrator)
		v.send("/bill/run", "start", "2026-08-01", "end", "2026-08-31")
		w.work(v)
		tried := 0
		for _, path := range pagesWithForms {
			page := v.open(path).wants(http.StatusOK)
			for _, form := range formsOf(page.body) {
				for _, field := range form.typed {
					for _, bad := range badTexts {
						tried++
						v.types(path, form.action, field, bad.name, bad.text, bad.never)
					}
				}
			}
		}
		const fields = 150
		if tried < fields*len(badTexts) {
			w.t.Errorf("only %d texts were typed: are forms missing?", tried)
		}
	})
}

// types sends a form with one field wrong.
func (v *visitor) types(path, action string, field typedField, what, text string, never bool) {
	v.t.Helper()
	page := v.open(path)
	values := url.Values{}
	for _, form := range formsOf(page.body) {
		if form.action == action {
			values = form.values
		}
	}
	if field.index < len(values[field.name]) {
		values[field.name][field.index] = text
	}
	history := func() string {
		return strings.Join(storetest.Rows(v.t, v.url, `SELECT count(*) FROM history WHERE entity NOT IN ('session', 'operator')`), "")
	}
	before := history()
	to := action
	if to == "" {
		to = path
	}
	a := v.do(http.MethodPost, to, values, nil)
	if a.status >= http.StatusInternalServerError {
		v.t.Errorf("%s, %s: %s gives %d", path, field.name, what, a.status)
	}
	if strings.Contains(a.body, "<script>alert(1)") {
		v.t.Errorf("%s, %s: what was typed would run", path, field.name)
	}
	if never && a.status < http.StatusBadRequest {
		v.t.Errorf("%s, %s: %s is taken", path, field.name, what)
	}
	if a.status != http.StatusUnprocessableEntity {
		return
	}
	if after := history(); after != before {
		v.t.Errorf("%s, %s: %s is refused, and something was changed", path, field.name, what)
	}
	named := strings.Contains(a.body, `href="#f-`+html.EscapeString(field.name)) || strings.Contains(a.body, "field-fault") || strings.Contains(a.body, `role="alert"`)
	if !named {
		v.t.Errorf("%s, %s: %s is refused without a reason", path, field.name, what)
	}
	if !field.secret && !never && !strings.Contains(html.UnescapeString(a.body), text) {
		v.t.Errorf("%s, %s: %s is refused, and what was typed is lost", path, field.name, what)
	}
}

type typedField struct {
	name   string
	index  int  // among those of the name
	secret bool // never shown again
}

type pageForm struct {
	action string
	values url.Values // as a browser would send it
	typed  []typedField
}

// formsOf finds the forms of a page that are posted.
func formsOf(page string) (out []pageForm) {
	root, err := nethtml.Parse(strings.NewReader(page))
	if err != nil {
		return nil
	}
	for n := range root.Descendants() {
		if n.Type == nethtml.ElementNode && n.Data == "form" && attribute(n, "method") == "post" && attribute(n, "enctype") == "" {
			if f := readForm(n); len(f.typed) > 0 {
				out = append(out, f)
			}
		}
	}
	return out
}

func readForm(form *nethtml.Node) pageForm {
	f := pageForm{action: attribute(form, "action"), values: url.Values{}}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Type != nethtml.ElementNode || name == "" {
			continue
		}
		switch kind := attribute(n, "type"); {
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = strings.TrimPrefix(n.FirstChild.Data, "\n")
			}
			f.values.Add(name, text)
			f.typed = append(f.typed, typedField{name: name, index: len(f.values[name]) - 1})
		case n.Data == "select":
			f.values.Add(name, chosen(n))
		case n.Data != "input" || kind == "submit" || kind == "file":
		case kind == "checkbox" || kind == "radio":
			if slices.ContainsFunc(n.Attr, func(a nethtml.Attribute) bool { return a.Key == "checked" }) {
				f.values.Add(name, attribute(n, "value"))
			}
		default:
			f.values.Add(name, attribute(n, "value"))
			if kind != "hidden" {
				f.typed = append(f.typed, typedField{name, len(f.values[name]) - 1, kind == "password" || strings.HasPrefix(name, "card")})
			}
		}
	}
	return f
}

// chosen is the value of a list that opens.
func chosen(list *nethtml.Node) (value string) {
	first := true
	for n := range list.Descendants() {
		if n.Type != nethtml.ElementNode || n.Data != "option" {
			continue
		}
		if first || slices.ContainsFunc(n.Attr, func(a nethtml.Attribute) bool { return a.Key == "selected" }) {
			value, first = attribute(n, "value"), false
		}
	}
	return value
}

func attribute(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
