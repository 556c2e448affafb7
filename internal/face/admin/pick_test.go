package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

func TestPickingLists(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(`{"customers":[{"company":"Elm","groups":[{"name":"All","objects":[{"server":"s1","site":"elm.test"}]}]},
			{"company":"Acme","groups":[{"name":"Main"}]}]}`)
		v := w.operator(operator.Clerk)
		acme := "/customers/2/groups/2"
		v.open(acme).wants(http.StatusOK, "Add List/Site/Server", "No list, site or server is assigned yet")
		v.open(acme+"/add/lists").wants(http.StatusOK, "Select Lists", "Select Sites", "Select Servers", "dev@acme.test", "news@acme.test").lacks("all@elm.test")
		v.open(acme+"/add/lists?show=all").wants(http.StatusOK, "all@elm.test", "With its site or server")
		v.open(acme+"/add/lists?q=NEWS%40acme").wants(http.StatusOK, "news@acme.test").lacks("dev@acme.test")
		v.open(acme+"/add/sites").wants(http.StatusOK, "acme.test").lacks("elm.test")
		v.open(acme+"/add/servers").wants(http.StatusOK, "s1")
		v.do(http.MethodPost, acme+"/add/lists", url.Values{}, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")

		a := v.do(http.MethodPost, acme+"/add/lists", url.Values{"id": {"1", "2"}}, nil).wants(http.StatusOK, "Assign 2 lists", "news@acme.test", "dev@acme.test", "Free", "Start Date")
		form := a.carried()
		form.Set("start", "2026-13-01")
		v.do(http.MethodPost, acme+"/assign/lists", form, nil).wants(http.StatusUnprocessableEntity, `href="#f-start"`, `value="2026-13-01"`, "Assign 2 lists")
		form.Set("start", "2026-09-01")
		form.Set("free", "yes")
		v.do(http.MethodPost, acme+"/assign/lists", form, nil).wants(http.StatusOK, "2 lists are assigned.", "news@acme.test", "Free", "2026-09-01")
		v.open(acme+"/add/lists").wants(http.StatusOK, "Every list that is known is assigned.")

		v.open(acme+"/add/lists?q=news%40acme&show=all").wants(http.StatusOK, "group Main, from 2026-09-01", "news@acme.test").lacks("dev@acme.test")

		// Elm wants one of them as well: refused, naming whose it is.
		elm := "/customers/1/groups/1"
		form = v.do(http.MethodPost, elm+"/add/lists", url.Values{"id": {"1"}}, nil).carried()
		v.do(http.MethodPost, elm+"/assign/lists", form, nil).wants(http.StatusUnprocessableEntity, "belongs to Acme, group Main, from 2026-09-01 on")
		form.Set("end", "2026-08-31")
		v.do(http.MethodPost, elm+"/assign/lists", form, nil).wants(http.StatusOK, "1 list is assigned.", "ended")
		v.send(elm+"/objects/4/edit", "end", "2026-12-31").wants(http.StatusUnprocessableEntity, "belongs to Acme, group Main", `href="#f-start"`)
		v.send(acme+"/objects/2/edit", "start", "2026-09-01", "end", "2026-09-30", "description", "Ends").wants(http.StatusOK, "is saved.", "Ends", "2026-09-30")
		v.send(acme+"/objects/2/remove").wants(http.StatusOK, "is removed.")

		// The server as a whole, and all that match.
		form = v.do(http.MethodPost, acme+"/add/sites", url.Values{"_all": {"yes"}, "_query": {"show=all&q=acme"}}, nil).wants(http.StatusOK, "Assign 1 site").carried()
		v.do(http.MethodPost, acme+"/assign/sites", form, nil).wants(http.StatusOK, "1 site is assigned.", "all lists of the site on s1")
	})
}

// TestASiteWithoutListsIsPicked assigns a site that the last sync found, and on which there is no list yet.
func TestASiteWithoutListsIsPicked(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(`{"customers":[{"company":"Acme","groups":[{"name":"Main"}]}]}`)
		w.write(func(tx *store.Tx) error {
			if err := tx.SaveSites(1, []string{"gone.test"}, period.MustParse("2026-09-01")); err != nil {
				return err
			}
			return tx.SaveSites(1, []string{"acme.test", "bare.test", "new.test"}, period.MustParse("2026-09-14"))
		})
		w.write(func(tx *store.Tx) error { // and once more: a site keeps its id
			return tx.SaveSites(1, []string{"acme.test", "bare.test", "new.test"}, period.MustParse("2026-09-15"))
		})
		v := w.operator(operator.Clerk)
		group := "/customers/1/groups/1"
		a := v.open(group+"/add/sites").wants(http.StatusOK, "acme.test", "bare.test", "elm.test", "new.test", "4 sites<").lacks("gone.test")
		if strings.Index(a.body, "bare.test") > strings.Index(a.body, "elm.test") {
			t.Error("sites are not in the order of their names")
		}
		v.open(group+"/add/sites?q=ba").wants(http.StatusOK, "bare.test", "1 site<").lacks("acme.test")
		form := v.do(http.MethodPost, group+"/add/sites", url.Values{"id": {a.ticks("bare.test")[0], a.ticks("acme.test")[0]}}, nil).
			wants(http.StatusOK, "Assign 2 sites", "bare.test", "acme.test").lacks("elm.test").carried()
		v.do(http.MethodPost, group+"/assign/sites", form, nil).wants(http.StatusOK, "2 sites are assigned.", "bare.test")
		v.open(group+"/add/sites").wants(http.StatusOK, "elm.test", "new.test").lacks("bare.test", "acme.test")
		v.open(group+"/add/sites?show=all").wants(http.StatusOK, "bare.test", "4 sites<")
		w.imports(`{"lists":[{"server":"s1","site":"bare.test","list":"first"}]}`)
		v.open(group + "/add/lists").wants(http.StatusOK).lacks("first@bare.test") // it belongs to who has the site
	})
}

// TestManySitesArePaged goes through sites with and without lists, page by page.
func TestManySitesArePaged(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		var lists, bare []string
		for i := range 250 {
			if i%2 == 0 {
				lists = append(lists, fmt.Sprintf(`{"server":"s1","site":"s%03d.test","list":"l"}`, i))
			} else {
				bare = append(bare, fmt.Sprintf("s%03d.test", i))
			}
		}
		w.imports(`{"servers":[{"name":"s1","host":"s1.test"}],"lists":[` + strings.Join(lists, ",") + `],"customers":[{"company":"Acme","groups":[{"name":"Main"}]}]}`)
		w.write(func(tx *store.Tx) error { return tx.SaveSites(1, bare, period.MustParse("2026-09-14")) })
		v := w.operator(operator.Clerk)
		seen := map[string]bool{}
		pages := 0
		for path := "/customers/1/groups/1/add/sites"; path != ""; pages++ {
			a := v.open(path).wants(http.StatusOK)
			for _, m := range regexp.MustCompile(`s\d{3}\.test`).FindAllString(a.body, -1) {
				seen[m] = true
			}
			path = ""
			if _, next, found := strings.Cut(a.body, `rel="next" href="`); found {
				path = strings.ReplaceAll(next[:strings.IndexByte(next, '"')], "&amp;", "&")
			}
		}
		if len(seen) != 250 || pages != 3 {
			t.Errorf("%d pages show %d sites", pages, len(seen))
		}
	})
}

// carried is what the form of an answer carries.
func (a *answer) carried() url.Values {
	values := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
		values.Add(m[1], m[2])
	}
	return values
}

// TestAListThatNobodyHasIsFoundAmongThousands does so where it comes after all others, and more of them than a page looks at.
func TestAListThatNobodyHasIsFoundAmongThousands(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		var lists, objects []string
		for i := range 5200 {
			place := fmt.Sprintf(`"server":"s1","site":"a.test","list":"l%04d"`, i)
			lists = append(lists, "{"+place+"}")
			if i < 5199 {
				objects = append(objects, "{"+place+"}")
			}
		}
		w.imports(`{"servers":[{"name":"s1","host":"s1.test"}],"lists":[` + strings.Join(lists, ",") + `],"customers":[{"company":"Acme","groups":[{"name":"Main",
			"objects":[` + strings.Join(objects, ",") + `]}]}]}`)
		v := w.operator(operator.Clerk)
		v.open("/customers/1/groups/1/add/lists").wants(http.StatusOK, "l5199@a.test").lacks("l5198@a.test", `rel="next"`)
		v.open("/unassigned").wants(http.StatusOK, "l5199@a.test").lacks(`rel="next"`)
		v.open("/customers/1/groups/1/add/lists?show=all").wants(http.StatusOK, "l0000@a.test", `rel="next"`)
	})
}

func TestThousandsOfLists(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		var lists []string
		for i := range 2500 {
			lists = append(lists, fmt.Sprintf(`{"server":"s1","site":"site%d.test","list":"l%04d"}`, i%7, i))
		}
		w.imports(`{"servers":[{"name":"s1","host":"s1.test"}],"lists":[` + strings.Join(lists, ",") + `],"customers":[{"company":"Acme","groups":[{"name":"Main"}]}]}`)
		v := w.operator(operator.Clerk)
		group := "/customers/1/groups/1"
		seen := map[string]bool{}
		a := v.open(group + "/add/lists").wants(http.StatusOK)
		var pages []string
		for {
			pages = append(pages, a.rows())
			for _, row := range strings.Split(a.rows(), ", ") {
				seen[row] = true
			}
			if !strings.Contains(a.body, `rel="next"`) {
				break
			}
			a = v.open(a.link("Next"))
		}
		if len(seen) != 2500 {
			w.t.Errorf("%d different lists on all pages", len(seen))
		}
		for i := len(pages) - 2; i >= 0; i-- {
			if a = v.open(a.link("Previous")); a.rows() != pages[i] {
				w.t.Fatalf("the way back to page %d leads elsewhere: %s", i+1, a.path)
			}
		}
		form := v.do(http.MethodPost, group+"/add/lists", url.Values{"_all": {"yes"}, "_query": {""}}, nil).wants(http.StatusOK, "Assign 2,500 lists", "and 2,488 more").carried()
		v.do(http.MethodPost, group+"/assign/lists", form, nil).wants(http.StatusOK, "2,500 lists are assigned.", "2,500 assignments")
		v.open(group+"?q=l2499").wants(http.StatusOK, "l2499@", "1 assignment<")
		v.open(group+"/add/lists").wants(http.StatusOK, "Every list that is known is assigned.")
		if _, err := office.Assignments(w.t.Context(), w.db, 1); err != nil {
			w.t.Fatal(err)
		}
	})
}

func TestAGroupShowsItsDatesAndCredits(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		lists, objects := make([]string, 130), make([]string, 130)
		for i := range lists {
			lists[i] = fmt.Sprintf(`{"server":"s1","site":"acme.test","list":"l%03d"}`, i)
			objects[i] = lists[i]
		}
		w.imports(`{"servers":[{"name":"s1","host":"s1.test","kind":"manual"}],"charges":[{"id":"pre","name":"Prepaid","amount":"-100"}],"lists":[` + strings.Join(lists, ",") + `],
			"customers":[{"company":"Terminated","house":true,"groups":[{"name":"Main","charges":[{"charge":"pre","start":"2026-09-01"}],"objects":[` + strings.Join(objects, ",") + `]}]}]}`)
		v := w.operator(operator.Clerk)
		a := v.open("/customers/1/groups/1").wants(http.StatusOK, "-100.00 USD credit", `<td data-label="Start Date" class="day"><span>2026-09-01</span></td>`,
			`<td data-label="End Date" class="day blank">`, "This is a house account: its lists are not billed.", "1–100 of 130 assignments").lacks("cannot be billed", "minor")
		v.open(a.link("Next")).wants(http.StatusOK, "101–130 of 130 assignments")
		v.open("/customers/1/groups/1?q=l12").wants(http.StatusOK, ">10 assignments")
		v.open("/customers/1/groups/1/edit").wants(http.StatusOK, "<h1>Rename Main</h1>")
		v.open("/customers/1/groups/1/objects/1/edit").wants(http.StatusOK, "<h1>Assignment of l000@acme.test</h1>")
	})
}
