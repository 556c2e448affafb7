package admin

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

var companies = regexp.MustCompile(`<th scope="row"[^>]*><bdi>([^<]*)</bdi>|<th scope="row"[^>]*><a[^>]*><bdi>([^<]*)</bdi>`)

// rows returns the first cells of a list.
func (a *answer) rows() string {
	var out []string
	for _, m := range companies.FindAllStringSubmatch(a.body, -1) {
		out = append(out, m[1]+m[2])
	}
	return strings.Join(out, ", ")
}

// link returns where the link with a text leads.
func (a *answer) link(text string) string {
	a.t.Helper()
	m := regexp.MustCompile(`href="([^"]*)">` + regexp.QuoteMeta(text) + `<`).FindStringSubmatch(a.body)
	if m == nil {
		a.t.Fatalf("%s has no link %q:\n%s", a.path, text, a.main())
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

func TestTheListOfCustomers(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		v := w.operator(operator.Viewer)
		v.open("/customers").wants(http.StatusOK, "There are no customers yet.")
		for _, text := range []string{
			`{"company":"Acme Ltd","contact":"Zoë Grün","email":"billing@acme.test","type":"Hosting","start":"2026-03-01"}`,
			`{"company":"Elm News","contact":"Bob","email":"bob@elm.example","phone":"+43 660 123","type":"Club","active":false,"start":"2026-01-01","end":"2026-08-31"}`,
			`{"company":"Fir & Sons","email":"x@fir.test","payment_method":"free","additional_addresses":["books@acme-archive.test"]}`,
			`{"company":"שלום 🌲","email":"a@b.test","house":true}`,
		} {
			w.enter(office.Customers, text)
		}
		for path, want := range map[string]string{
			"/customers":                        "Acme Ltd, Elm News, Fir &amp; Sons, שלום 🌲",
			"/customers?sort=-company":          "שלום 🌲, Fir &amp; Sons, Elm News, Acme Ltd",
			"/customers?sort=-start":            "Acme Ltd, Elm News, שלום 🌲, Fir &amp; Sons",
			"/customers?sort=end":               "Elm News, Acme Ltd, Fir &amp; Sons, שלום 🌲",
			"/customers?q=acme":                 "Acme Ltd, Fir &amp; Sons",
			"/customers?q=ACME+gr%C3%BC":        "Acme Ltd",
			"/customers?q=billing%40acme.test":  "Acme Ltd",
			"/customers?q=660":                  "Elm News",
			"/customers?q=%F0%9F%8C%B2":         "Acme Ltd, Elm News, Fir &amp; Sons, שלום 🌲", // no letters, no search
			"/customers?active=no":              "Elm News",
			"/customers?type=Club":              "Elm News",
			"/customers?payment=free&q=books":   "Fir &amp; Sons",
			"/customers?type=Unknown&sort=nope": "Acme Ltd, Elm News, Fir &amp; Sons, שלום 🌲",
			"/customers?q=%27+OR+1%3D1+--":      "",
			"/customers?q=acme%00&after=x+y":    "",
			"/customers?q=elm&active=yes":       "",
			"/customers?type=Club&payment=free": "",
		} {
			if got := v.open(path).wants(http.StatusOK).rows(); got != want {
				w.t.Errorf("%s lists %s, want %s", path, got, want)
			}
		}
		v.open("/customers?q=acme&active=yes").wants(http.StatusOK, "Search: <b>acme</b>", "Is Active: <b>Active</b>", "Clear all", "2 customers")
		v.open("/customers?q=nobody").wants(http.StatusOK, "Nothing matches what is set.")
		w.enter(office.Customers, `{"company":"Gone Soon","email":"g@acme.test"}`)
		v.open("/customers?q=gone").wants(http.StatusOK, "1 customer<")
	})
}

func TestPagesOfAList(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		for i := range 120 {
			w.enter(office.Customers, fmt.Sprintf(`{"company":"Customer %03d","start":"2026-01-%02d"}`, i, i%28+1))
		}
		v := w.operator(operator.Viewer)
		for _, sort := range []string{"company", "-company", "start", "-start", "end"} {
			var forth, back []string
			a := v.open("/customers?sort="+sort).wants(http.StatusOK, "120 customers")
			for {
				forth = append(forth, a.rows())
				if !strings.Contains(a.body, `rel="next"`) {
					break
				}
				a = v.open(a.link("Next"))
			}
			for {
				back = append([]string{a.rows()}, back...)
				if !strings.Contains(a.body, `rel="prev"`) {
					break
				}
				a = v.open(a.link("Previous"))
			}
			all := strings.Split(strings.Join(forth, ", "), ", ")
			seen := map[string]bool{}
			for _, name := range all {
				seen[name] = true
			}
			if len(forth) != 3 || len(all) != 120 || len(seen) != 120 {
				w.t.Errorf("by %s: %d pages with %d rows, %d different", sort, len(forth), len(all), len(seen))
			}
			if strings.Join(back, "\n") != strings.Join(forth, "\n") {
				w.t.Errorf("by %s, back is not as forth:\n%v\n%v", sort, back, forth)
			}
		}
	})
}
