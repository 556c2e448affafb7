package sympa_test

import (
	"embed"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/listservertest"
	"postmeter/internal/outside/listserver/sympa"
)

//go:embed testdata/*.xml
var recorded embed.FS

const password = "geheim-app-1"

// standIn answers with what a Sympa once said.
type standIn struct {
	t     *testing.T
	mu    sync.Mutex
	lists string            // the answer of complexLists
	full  map[string]string // the answers of fullReview
	gone  map[string]bool   // list and address
	del   []string          // parameters of the last deletion
}

// body returns a recorded answer without its head.
func body(t *testing.T, name string) string {
	t.Helper()
	text, err := recorded.ReadFile("testdata/" + name + ".xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text[strings.Index(string(text), "<?xml"):])
}

func answer(text string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>` + text + `</soap:Body></soap:Envelope>`
}

func result(text string) string {
	return answer(`<authenticateRemoteAppAndRunResponse xmlns="urn:sympasoap">` + text + `</authenticateRemoteAppAndRunResponse>`)
}

func faulty(text string) string {
	return answer(`<soap:Fault><faultcode>soap:Server</faultcode><faultstring>` + text + `</faultstring></soap:Fault>`)
}

func newStandIn(t *testing.T) (*standIn, string) {
	s := &standIn{t: t, lists: body(t, "complexLists"), gone: map[string]bool{}}
	s.full = map[string]string{
		"news@alpha.test":    body(t, "fullReview"),
		"dev@alpha.test":     result(`<return><item><email>m1@subs.test</email><gecos>Member 1</gecos><isSubscriber>true</isSubscriber><isEditor>1</isEditor></item></return>`),
		"announce@beta.test": result(`<return/>`),
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

func open(t *testing.T, url, secret string, o listserver.Options) listserver.Server {
	t.Helper()
	s, err := sympa.New(listserver.Address{Kind: "sympa", URL: url + "/sympasoap", User: "postmeter:listmaster@alpha.test", Secret: secret}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ServeHTTP answers as a Sympa does.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	var q struct {
		Run struct {
			App        string   `xml:"appname"`
			Password   string   `xml:"apppassword"`
			Vars       string   `xml:"vars"`
			Service    string   `xml:"service"`
			Parameters []string `xml:"parameters>item"`
		} `xml:"Body>authenticateRemoteAppAndRun"`
	}
	if err := xml.Unmarshal(text, &q); err != nil {
		s.t.Error(err)
	}
	if r.Header.Get("SOAPAction") != `"urn:sympasoap#authenticateRemoteAppAndRun"` || r.URL.Path != "/sympasoap" || q.Run.Vars != "USER_EMAIL=listmaster@alpha.test" {
		s.t.Errorf("%s %v: %s", r.URL, r.Header, text)
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	out := s.answer(q.Run.App, q.Run.Password, q.Run.Service, q.Run.Parameters)
	if strings.Contains(out, "<soap:Fault>") {
		w.WriteHeader(http.StatusInternalServerError)
	}
	if _, err := io.WriteString(w, out); err != nil {
		s.t.Error(err)
	}
}

func (s *standIn) answer(app, secret, service string, parameters []string) string {
	if app != "postmeter" || secret != password {
		return faulty("Authentication failed")
	}
	switch service {
	case "complexLists":
		return s.lists
	case "fullReview":
		text, ok := s.full[parameters[0]]
		if !ok {
			return faulty("Unknown list")
		}
		for key := range s.gone {
			list, address, _ := strings.Cut(key, " ")
			if list == parameters[0] {
				text = strings.Replace(text, ">"+address+"<", ">gone@nowhere.test<", 1)
			}
		}
		return text
	case "amI":
		there := strings.Contains(s.full[parameters[0]], ">"+parameters[2]+"<") && !s.gone[parameters[0]+" "+parameters[2]]
		return result(fmt.Sprintf("<result>%v</result>", there))
	case "del":
		s.del = parameters
		s.gone[parameters[0]+" "+parameters[1]] = true
		return result("<result>true</result>")
	}
	s.t.Errorf("service %s", service)
	return faulty("Internal error")
}

func TestContract(t *testing.T) {
	s, url := newStandIn(t)
	on := func(list, address, name, role string) hosting.Membership {
		return hosting.Membership{Site: "alpha.test", List: list, Address: address, Name: name, Role: role}
	}
	listservertest.Contract(t, open, listservertest.World{
		URL: url, Secret: password, Version: "Sympa",
		Catalogue: hosting.Catalogue{Sites: []string{"alpha.test", "beta.test"}, Lists: []hosting.Listed{
			{Site: "alpha.test", Name: "dev", Members: 1, Posts: hosting.NotSaid, Administrators: []hosting.Administrator{
				{Role: hosting.Moderator, Address: "m1@subs.test", Name: "Member 1"}}},
			{Site: "alpha.test", Name: "news", Members: 12, Posts: hosting.NotSaid, Administrators: []hosting.Administrator{{Role: hosting.Owner, Address: "owner1@alpha.test"}}},
			{Site: "beta.test", Name: "announce", Members: 0, Posts: hosting.NotSaid},
		}},
		Member:  on("news", "m1@subs.test", "Member 1", "member"),
		Pattern: "m1*@subs.test",
		Matches: []hosting.Membership{on("dev", "m1@subs.test", "Member 1", "member"), on("dev", "m1@subs.test", "Member 1", "moderator"),
			on("news", "m1@subs.test", "Member 1", "member"), on("news", "m10@subs.test", "Member 10", "member"), on("news", "m11@subs.test", "Member 11", "member")},
		Absent: "nobody@subs.test",
	})
	if len(s.del) != 3 || s.del[2] != "1" {
		t.Errorf("the deletion was %v: it must be a quiet one", s.del)
	}
}

func TestOwnersCannotBeDeleted(t *testing.T) {
	_, url := newStandIn(t)
	s := open(t, url, password, listserver.Options{})
	m := hosting.Membership{Site: "alpha.test", List: "news", Address: "owner1@alpha.test", Role: "owner"}
	if was, err := s.DeleteMember(t.Context(), m); was || fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v, %v", was, err)
	}
}

func TestListsThatGoMeanwhile(t *testing.T) {
	s, url := newStandIn(t)
	delete(s.full, "dev@alpha.test")
	c, err := open(t, url, password, listserver.Options{}).Catalogue(t.Context(), nil)
	if err != nil || len(c.Lists) != 2 {
		t.Errorf("%+v: %v", c, err)
	}
}

// TestNotEnoughPrivileges checks that a list that may not be read makes no shorter answer.
func TestNotEnoughPrivileges(t *testing.T) {
	s, url := newStandIn(t)
	s.full["announce@beta.test"] = faulty("Not enough privileges")
	m := open(t, url, password, listserver.Options{})
	if c, err := m.Catalogue(t.Context(), nil); fault.KindOf(err) != fault.Denied || c.Lists != nil {
		t.Errorf("%+v: %v", c, err)
	}
	h, err := m.Health(t.Context())
	if err != nil || h.Findings[len(h.Findings)-1].Severity != hosting.Trouble {
		t.Errorf("%+v: %v", h, err)
	}
	s.lists = body(t, "getDetails") // a fault that is none of these
	if _, err := m.Catalogue(t.Context(), nil); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "subscriber") {
		t.Errorf("%v", err)
	}
}

func TestUsers(t *testing.T) {
	for _, user := range []string{"", "postmeter", "postmeter:", ":a@b", "app:a,b@c", "app:a=b@c", "app:nobody"} {
		if _, err := sympa.New(listserver.Address{URL: "http://s.test", User: user, Secret: password}, listserver.Options{}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", user, err)
		}
	}
}
