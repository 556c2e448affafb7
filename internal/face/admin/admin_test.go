package admin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/operator"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
	"postmeter/internal/store/storetest"
)

func node(t *testing.T, text string) doc.Node {
	t.Helper()
	n, err := doc.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return *n
}

func TestEveryRouteAsksForItsRole(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	visitors := map[operator.Role]*visitor{operator.Nobody: w.visitor()}
	for _, role := range []operator.Role{operator.Viewer, operator.Clerk, operator.Administrator} {
		visitors[role] = w.operator(role)
	}
	least := map[web.Right]operator.Role{web.Public: operator.Nobody, web.Viewer: operator.Viewer, web.Clerk: operator.Clerk, web.Administrator: operator.Administrator}
	for _, route := range w.site.Routes() {
		path := strings.NewReplacer("{$}", "", "{id}", "999999", "{token}", "x").Replace(route.Path)
		for role, v := range visitors {
			if path == "/sign-out" || path == "/profile/sessions/end" {
				continue // ends sessions of this test
			}
			if path == "/sign-in" && route.Method == http.MethodPost {
				continue // refuses a wrong password, and no role
			}
			v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			a := v.do(route.Method, path, url.Values{}, nil)
			denied := a.status == http.StatusForbidden || a.status == http.StatusUnauthorized ||
				a.status == http.StatusSeeOther && strings.HasPrefix(a.head.Get("Location"), "/sign-in?next=")
			if may := role >= least[route.Right]; may == denied {
				t.Errorf("%s %s as %s: %d %s, want allowed: %v", route.Method, path, role, a.status, a.head.Get("Location"), may)
			}
			if a.status >= 500 {
				t.Errorf("%s %s as %s: %d", route.Method, path, role, a.status)
			}
		}
	}
}

func TestARouteWithoutARightIsRefusedAtTheStart(t *testing.T) {
	_, err := web.NewSite(web.Deps{}, nil, []web.Route{{Method: "GET", Path: "/x", Handler: func(*web.Context) error { return nil }}})
	if err == nil {
		t.Error("it was taken")
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	v := w.operator(operator.Administrator)
	a := v.do(http.MethodPost, "/charges/new", url.Values{"name": {"x"}}, http.Header{"Sec-Fetch-Site": {"cross-site"}})
	a.wants(http.StatusForbidden, "another site")
	a = v.do(http.MethodPost, "/charges/new", url.Values{"name": {"x"}}, http.Header{"Sec-Fetch-Site": nil, "Origin": {"https://evil.test"}})
	a.wants(http.StatusForbidden, "another site")
}

func TestTheFirstOperatorIsMadeThroughALinkOnce(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		token, err := office.FirstLink(ctx, w.db, w.by())
		if err != nil || token == "" {
			w.t.Fatalf("link %q, %v", token, err)
		}
		if dump := storetest.Dump(w.t, w.url); strings.Contains(dump, token) {
			w.t.Error("the link is stored in clear")
		}
		v := w.visitor()
		v.open("/first/"+token+"x").wants(http.StatusNotFound, "not good any more")
		v.send("/first/"+token, "name", "", "password", "short", "again", "other").
			wants(http.StatusUnprocessableEntity, "Is not the same as above", `href="#f-again"`)
		v.send("/first/"+token, "name", "Anna", "password", "short", "again", "short").
			wants(http.StatusUnprocessableEntity, "Is too short", `value="Anna"`).lacks(`value="short"`)
		v.send("/first/"+token, "name", "Anna", "password", password, "again", password).
			wants(http.StatusOK, "You are signed in as Anna.", "Setting up: 0 of 8", `<b>Add the hosting servers</b></a> <span class="state">Next`, "First set the currency")
		w.visitor().open("/first/" + token).wants(http.StatusNotFound)
		if again, err := office.FirstLink(ctx, w.db, w.by()); again != "" || err != nil {
			w.t.Errorf("a second link %q, %v", again, err)
		}
		if dump := storetest.Dump(w.t, w.url); strings.Contains(dump, password) {
			w.t.Error("the password is stored in clear")
		}
	})
}

func TestSigningIn(t *testing.T) {
	each(t, func(w *world) {
		v := w.operator(operator.Clerk)
		stranger := w.visitor()
		a := stranger.open("/charges?x=1")
		a.wants(http.StatusOK, "Sign in")
		if a.path != "/sign-in?next=%2Fcharges%3Fx%3D1" {
			w.t.Errorf("sent to %s", a.path)
		}
		stranger.send(a.path, "name", "clerk", "password", "wrong password").wants(http.StatusUnauthorized, "The name or the password is wrong.", `value="clerk"`)
		stranger.send(a.path, "name", "nobody", "password", "wrong password").wants(http.StatusUnauthorized, "The name or the password is wrong.")
		if a := stranger.send(a.path, "name", "CLERK", "password", password); a.path != "/charges?x=1" {
			w.t.Errorf("after signing in: %s", a.path)
		}
		if a := w.visitor().send("/sign-in?next=https://evil.test/", "name", "clerk", "password", password); a.path != "/" {
			w.t.Errorf("led away to %s", a.path)
		}
		v.open("/profile").wants(http.StatusOK, "This one", "Sign out everywhere else")
		v.do(http.MethodPost, "/profile/sessions/end", url.Values{}, nil).wants(http.StatusOK, "signed out everywhere else")
		stranger.open("/charges").wants(http.StatusOK, "Sign in").lacks("Additional Charges")
		v.do(http.MethodPost, "/sign-out", url.Values{}, nil).wants(http.StatusOK, "You are signed out.")
		v.open("/").lacks("Setting up")
	})
}

func TestTriesToSignInRunOut(t *testing.T) {
	each(t, func(w *world) {
		w.operator(operator.Clerk)
		v := w.visitor()
		for range operator.ByName.Burst {
			v.send("/sign-in", "name", "clerk", "password", "wrong").wants(http.StatusUnauthorized)
		}
		v.send("/sign-in", "name", "clerk", "password", password).wants(http.StatusTooManyRequests, "too many tries", "60 seconds")
		w.now = w.now.Add(2 * time.Minute)
		v.send("/sign-in", "name", "clerk", "password", password).wants(http.StatusOK, "Home")
	})
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	v := w.operator(operator.Viewer)
	w.now = w.now.Add(23 * time.Hour)
	v.open("/profile").wants(http.StatusOK, "Sessions")
	w.now = w.now.Add(23 * time.Hour)
	v.open("/profile").wants(http.StatusOK, "Sessions") // it was seen meanwhile
	w.now = w.now.Add(25 * time.Hour)
	v.open("/profile").wants(http.StatusOK, "Sign in").lacks("Sessions")
}

func TestTheSecondFactor(t *testing.T) {
	each(t, func(w *world) {
		v := w.operator(operator.Administrator)
		page := v.open("/profile/second-factor").wants(http.StatusOK, "data:image/png;base64,")
		_, rest, _ := strings.Cut(page.body, `<code class="secret">`)
		secret, _, _ := strings.Cut(rest, "<")
		code := func() string {
			c, err := totp.GenerateCode(secret, w.now)
			if err != nil {
				w.t.Fatal(err)
			}
			return c
		}
		v.do(http.MethodPost, "/profile/second-factor", url.Values{"code": {"000000"}}, nil).wants(http.StatusUnprocessableEntity, "Is not the code")
		done := v.do(http.MethodPost, "/profile/second-factor", url.Values{"code": {code()}}, nil).wants(http.StatusOK, "Your recovery codes")
		_, rest, _ = strings.Cut(done.body, `aria-label="Recovery codes">`)
		recovery, _, _ := strings.Cut(rest, "\n")
		if dump := storetest.Dump(w.t, w.url); strings.Contains(dump, recovery) {
			w.t.Error("recovery codes are stored in clear")
		}

		other := w.visitor()
		other.send("/sign-in", "name", "administrator", "password", password).wants(http.StatusOK, "Second factor")
		other.open("/charges").wants(http.StatusOK, "Sign in")
		other.send("/sign-in/code?next=/charges", "code", code()).wants(http.StatusUnauthorized, "used already")
		w.now = w.now.Add(time.Minute)
		if a := other.send("/sign-in/code?next=/charges", "code", code()); a.path != "/charges" {
			w.t.Errorf("after the code: %s %d", a.path, a.status)
		}
		third := w.visitor()
		third.send("/sign-in", "name", "administrator", "password", password)
		third.send("/sign-in/code?next=/", "code", strings.ToUpper(recovery)).wants(http.StatusOK, "Home")
		third.open("/admins/1/history").wants(http.StatusOK, "Recovery code used", "<dt><bdi>Codes left</bdi></dt>", "<bdi>administrator</bdi>", "<bdi>Administrator</bdi>").lacks("<bdi>web</bdi>")
		fourth := w.visitor()
		fourth.send("/sign-in", "name", "administrator", "password", password)
		fourth.send("/sign-in/code?next=/", "code", recovery).wants(http.StatusUnauthorized)
		w.now = w.now.Add(10 * time.Minute)
		fourth.open("/sign-in/code").wants(http.StatusOK, "Password")
	})
}

func TestChangingThePassword(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	v := w.operator(operator.Viewer)
	v.send("/profile/password", "old", "wrong", "password", "other words of mine", "again", "other words of mine").
		wants(http.StatusUnprocessableEntity, "Is not your password")
	v.send("/profile/password", "old", password, "password", "other words of mine", "again", "other words of mine").
		wants(http.StatusOK, "The password is changed.")
	w.visitor().send("/sign-in", "name", "viewer", "password", password).wants(http.StatusUnauthorized)
	w.visitor().send("/sign-in", "name", "viewer", "password", "other words of mine").wants(http.StatusOK, "Home")
}
