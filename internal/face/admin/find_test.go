package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/operator"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
)

// people is a list server in memory, which knows who is on its lists.
type people struct {
	listserver.Server
	members []hosting.Membership
	silent  bool
}

func (*people) Can(listserver.Ability) bool { return true }

func (p *people) FindMembers(_ context.Context, pattern string, _ int) (found []hosting.Membership, more bool, err error) {
	if p.silent {
		return nil, false, fault.New(fault.Unavailable, "No answer within 30 s.")
	}
	match, err := listserver.Match(pattern)
	for _, m := range p.members {
		if err == nil && match(m.Address) {
			found = append(found, m)
		}
	}
	return found, false, err
}

func (p *people) DeleteMember(_ context.Context, gone hosting.Membership) (bool, error) {
	for i, m := range p.members {
		if m == gone {
			p.members = append(p.members[:i:i], p.members[i+1:]...)
			return true, nil
		}
	}
	return false, nil
}

// searches does the job that finds or deletes members, and shows it. Servers are those by URL; others have no API.
func (w *world) searches(v *visitor, by map[string]*people) *answer {
	w.t.Helper()
	var job store.Job
	w.write(func(tx *store.Tx) error {
		claimed, err := tx.ClaimJobs("test", []string{servers.FindJob, servers.DeleteJob}, 1)
		if err == nil && len(claimed) == 0 {
			w.t.Fatal("no job waits")
		}
		job = claimed[0]
		return err
	})
	deps := servers.Deps{DB: w.db, By: w.by, Open: func(a listserver.Address, _ listserver.Options) (listserver.Server, error) {
		if p := by[a.URL]; p != nil {
			return p, nil
		}
		return mute{}, nil
	}}
	var result []*servers.Members
	var err error
	if job.Kind == servers.FindJob {
		var o servers.SearchOrder
		w.must(json.Unmarshal(job.Payload, &o))
		result, err = servers.FindMembers(context.Background(), deps, nil, o.Patterns)
	} else {
		var o servers.DeleteOrder
		w.must(json.Unmarshal(job.Payload, &o))
		result, err = servers.DeleteChosen(context.Background(), deps, o.Members)
	}
	w.must(err)
	w.write(func(tx *store.Tx) error {
		_, err := tx.EndJob(&job, store.JobEnd{State: store.JobDone, Result: result})
		return err
	})
	return v.open(pathOf("/jobs", job.ID))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// mute is a server that cannot be asked anything.
type mute struct{ listserver.Server }

func (mute) Can(listserver.Ability) bool { return false }

func (w *world) peopleServers() map[string]*people {
	w.settings()
	w.imports(`{"servers":[{"name":"alpha","host":"a.example.org","kind":"mailman3","url":"http://alpha.test/3.1"},
		{"name":"beta","host":"b.example.org","kind":"mailman3","url":"http://beta.test/3.1"},{"name":"hand","host":"h.example.org"}],
		"lists":[{"server":"alpha","site":"acme.test","list":"news"},{"server":"alpha","site":"acme.test","list":"other"}],
		"plans":[{"id":"base","name":"Base","monthly_price":"1"}],
		"customers":[{"company":"Acme Ltd","start":"2026-01-01","groups":[{"name":"Main","objects":[{"server":"alpha","site":"acme.test","list":"news"}]}]},
		{"company":"The rest","start":"2026-01-01","groups":[{"name":"Main","objects":[{"server":"alpha","site":"acme.test"}]}]}]}`)
	return map[string]*people{
		"http://alpha.test/3.1": {members: []hosting.Membership{
			{Site: "acme.test", List: "news", Address: "Eve@x.test", Name: "Eve <Adams>", Role: "member"},
			{Site: "acme.test", List: "other", Address: "eve@x.test", Role: "member"},
			{Site: "acme.test", List: "other", Address: "eve@x.test", Role: "owner"},
		}},
		"http://beta.test/3.1": {silent: true},
	}
}

// ticks are the boxes of the rows that hold a text.
func (a *answer) ticks(text string) (ids []string) {
	a.t.Helper()
	for _, m := range regexp.MustCompile(`name="id" value="(\d+)" aria-label="Select ([^"]*)"`).FindAllStringSubmatch(a.body, -1) {
		if strings.Contains(m[2], text) {
			ids = append(ids, m[1])
		}
	}
	return ids
}

// TestAMemberIsFoundAndTakenOffLists looks for somebody on all servers, one of which is dead, and takes her off one list.
func TestAMemberIsFoundAndTakenOffLists(t *testing.T) {
	each(t, func(w *world) {
		by := w.peopleServers()
		viewer, clerk, v := w.operator(operator.Viewer), w.operator(operator.Clerk), w.operator(operator.Administrator)
		viewer.open("/utilities").wants(http.StatusOK, "Assign Lists to Customers").lacks("Find Member", "Change Admins")
		clerk.open("/utilities").wants(http.StatusOK, "Find Member", "Find Administrator").lacks("Change Admins")
		v.open("/utilities").wants(http.StatusOK, "Find Member", "Change Admins", `href="/utilities"`)

		clerk.send("/utilities/members", "addresses", " | ").wants(http.StatusUnprocessableEntity, `href="#f-addresses"`, "Nothing to look for")
		a := clerk.send("/utilities/members", "addresses", "eve@*|nobody@y.test").wants(http.StatusOK, "Find Member", "Queued", "eve@*, nobody@y.test")
		if again := clerk.send("/utilities/members", "addresses", "nobody@y.test|EVE@*"); again.path == a.path {
			t.Error("another search is the same job")
		}
		w.searches(clerk, by)
		path := a.path
		clerk.open(path).wants(http.StatusOK, "3 memberships", "Eve@x.test", "Eve &lt;Adams&gt;", "news@acme.test", "Owner", "Acme Ltd", "The rest", "Not found on the servers that answered: nobody@y.test.",
			"Not answered", "No answer within 30 s.", "cannot be asked who is on a list", `href="/servers/1"`).lacks("Delete selected")
		if strings.Contains(path, "eve") {
			t.Errorf("the address stands in the URL %s", path)
		}
		viewer.open(path).wants(http.StatusForbidden).lacks("eve@", "Eve")
		viewer.open("/jobs").wants(http.StatusOK, "Find Member").lacks("eve@", path)
		viewer.open("/").wants(http.StatusOK).lacks("Find Member")

		a = v.open(path).wants(http.StatusOK, "Delete selected members").lacks("that match")
		if all := a.ticks(""); len(all) != 2 {
			t.Fatalf("boxes: %v; an owner has none", all)
		}
		news := a.ticks("news@acme.test")[0]
		remove := "/utilities/members/" + strings.TrimPrefix(path, "/jobs/") + "/delete"
		clerk.do(http.MethodPost, remove, pairs("id", news), nil).wants(http.StatusForbidden)
		v.do(http.MethodPost, remove, nil, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")
		v.do(http.MethodPost, remove, pairs("_all", "yes"), nil).wants(http.StatusUnprocessableEntity, "ticked one by one")
		v.do(http.MethodPost, remove, pairs("id", "99"), nil).wants(http.StatusUnprocessableEntity, "damaged")
		v.do(http.MethodPost, "/utilities/members/99/delete", pairs("id", "1"), nil).wants(http.StatusNotFound)
		form := v.do(http.MethodPost, remove, pairs("id", news), nil).
			wants(http.StatusOK, "Delete 1 member from 1 list", "news@acme.test", "Eve@x.test", "alpha").lacks("other@acme.test").carried()
		if len(by["http://alpha.test/3.1"].members) != 3 {
			t.Fatal("somebody was deleted before it was confirmed")
		}
		v.do(http.MethodPost, remove, form, nil).wants(http.StatusOK, "Delete members", "Queued")
		w.searches(v, by) // the other search
		w.searches(v, by).wants(http.StatusOK, "Deleted", "1 member was deleted", "Results by address", "/utilities\"", "news@acme.test").lacks("other@acme.test")
		if left := by["http://alpha.test/3.1"].members; len(left) != 2 || left[0].List != "other" {
			t.Errorf("left are %v", left)
		}
		v.open("/servers/1/history").wants(http.StatusOK, "Members deleted", "Deletion of members asked for", "administrator",
			"<dt><bdi>Deleted</bdi></dt><dd><bdi>Eve@x.test from acme.test/news</bdi>", "<dt><bdi>Members</bdi></dt><dd><bdi>Eve@x.test from acme.test/news</bdi>").lacks("Not deleted")
	})
}

// TestAnAdministratorIsFound looks for who runs lists, of servers that were synced, never synced, or cannot tell.
func TestAnAdministratorIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.peopleServers()
		clerk := w.operator(operator.Clerk)
		w.operator(operator.Viewer).open("/utilities/administrators").wants(http.StatusForbidden)
		w.write(func(tx *store.Tx) error {
			return tx.ReplaceAdministrators(map[int64][]hosting.Administrator{1: {{Role: hosting.Owner, Address: "Ann@acme.test", Name: "Ann"}}})
		})
		clerk.open("/utilities/administrators").wants(http.StatusOK, "Addresses", "separated by |").lacks("Found<")
		clerk.send("/utilities/administrators", "addresses", "a b").wants(http.StatusUnprocessableEntity, `href="#f-addresses"`)
		clerk.send("/utilities/administrators", "addresses", "ann@*|bob@y.test").
			wants(http.StatusOK, "Ann@acme.test", "news@acme.test", "Owner", "Acme Ltd", "1 administrator on 1 list<", "Not found: bob@y.test.", "Never synced", "it was never synced", "does not tell who runs a list")
		clerk.send("/utilities/administrators", "addresses", "bob@y.test").wants(http.StatusOK, "Nobody was found.")
		clerk.open("/jobs").wants(http.StatusOK, "Nothing has run in the background") // that would keep who was looked for
	})
}
