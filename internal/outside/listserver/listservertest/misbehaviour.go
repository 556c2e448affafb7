package listservertest

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/listserver"
)

// secret is what no message may hold.
const secret = "geheim-9876+/&<"

// answers are what servers say that are not well, or are none.
var answers = []struct {
	name  string
	kinds []fault.Kind
	serve http.HandlerFunc
}{
	{"a web page", []fault.Kind{fault.Invalid}, typed(http.StatusOK, "text/html; charset=utf-8", "<!DOCTYPE html><html><body>Welcome</body></html>")},
	{"a web page that says it is data", []fault.Kind{fault.Invalid}, typed(http.StatusOK, "application/json", "<html><body>Welcome</body></html>")},
	{"a page that is not there", []fault.Kind{fault.Invalid}, typed(http.StatusNotFound, "text/html", "<html>404</html>")},
	{"other data", []fault.Kind{fault.Invalid}, typed(http.StatusOK, "application/json", `{"hello":"world"}`)},
	{"an array", []fault.Kind{fault.Invalid}, typed(http.StatusOK, "application/json", `["hello"]`)},
	{"half of its text", []fault.Kind{fault.Unavailable, fault.Invalid}, typed(http.StatusOK, "application/json", `{"start":0,"data":{"total_size":3,"entr`)},
	{"not well", []fault.Kind{fault.Unavailable}, typed(http.StatusBadGateway, "text/html", "<html>502</html>")},
	{"busy", []fault.Kind{fault.Unavailable}, typed(http.StatusTooManyRequests, "text/plain", "later")},
	{"denied", []fault.Kind{fault.Denied}, typed(http.StatusUnauthorized, "text/html", "<html>401</html>")},
	{"half of what it announced", []fault.Kind{fault.Unavailable}, cut},
	{"hung up", []fault.Kind{fault.Unavailable}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{"endless", []fault.Kind{fault.Invalid}, endless},
	{"repeats all that it gets", []fault.Kind{fault.Invalid, fault.Unavailable, fault.Denied}, echo(http.StatusOK)},
	{"refuses with all that it gets", []fault.Kind{fault.Invalid, fault.Unavailable, fault.Denied}, echo(http.StatusBadRequest)},
}

func typed(status int, kind, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// cut announces more than it says, and hangs up.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"start":0,`)
	panic(http.ErrAbortHandler)
}

// endless says more than anybody reads.
func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	for {
		if _, err := io.WriteString(w, strings.Repeat(" ", 32<<10)); err != nil {
			return
		}
	}
}

// echo gives everything back that it got.
func echo(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, password, _ := r.BasicAuth()
		w.Header().Set("Www-Authenticate", "Basic realm="+password)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, secret+password+r.Header.Get("Authorization"))
		_, _ = io.Copy(w, r.Body)
	}
}

// misbehaviour checks a kind of server against others that are none.
func misbehaviour(t *testing.T, open Open) {
	for _, v := range answers {
		t.Run(v.name, func(t *testing.T) {
			server := quiet(t, v.serve)
			fails(t, open(t, server.URL, secret, listserver.Options{MaxAnswer: 100_000}), secret, v.kinds...)
		})
	}
	t.Run("dead port", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		url := "http://" + listener.Addr().String()
		listener.Close()
		fails(t, open(t, url, secret, listserver.Options{}), secret, fault.Unavailable)
	})
	t.Run("slow", func(t *testing.T) { slow(t, open) })
	t.Run("redirect", func(t *testing.T) { redirect(t, open) })
	t.Run("certificate", func(t *testing.T) { certificate(t, open) })
	t.Run("stopped", func(t *testing.T) {
		server := quiet(t, typed(http.StatusOK, "application/json", "{}"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := open(t, server.URL, secret, listserver.Options{}).Catalogue(ctx, nil); fault.KindOf(err) != fault.Canceled {
			t.Errorf("%s: %v", fault.KindOf(err), err)
		}
	})
}

// quiet is a server whose panics, which are wanted, are not logged.
func quiet(t *testing.T, serve http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	return server
}

// slow checks that a server that begins and never ends is left after the limit.
func slow(t *testing.T, open Open) {
	over := make(chan struct{})
	server := quiet(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	defer close(over)
	fails(t, open(t, server.URL, secret, listserver.Options{StepLimit: 50 * time.Millisecond}), secret, fault.Unavailable)
}

// redirect checks that nobody follows to another server, least of all with a password.
func redirect(t *testing.T, open Open) {
	other := quiet(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed: %s with authorization %q", r.URL, r.Header.Get("Authorization"))
	})
	server := quiet(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/x?password="+secret, http.StatusTemporaryRedirect)
	})
	fails(t, open(t, server.URL, secret, listserver.Options{}), secret, fault.Invalid)
}

// certificate checks that a server that nobody vouches for gets no password.
func certificate(t *testing.T, open Open) {
	asked := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		typed(http.StatusUnauthorized, "text/plain", "no")(w, r)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	fails(t, open(t, server.URL, secret, listserver.Options{}), secret, fault.Unavailable)
	if asked > 0 {
		t.Error("a server without a valid certificate was asked")
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	fails(t, open(t, server.URL, secret, listserver.Options{Roots: roots}), secret, fault.Denied)
	if asked == 0 {
		t.Error("a server with a valid certificate was not asked")
	}
	fails(t, open(t, strings.Replace(server.URL, "https:", "http:", 1), secret, listserver.Options{}), secret, fault.Invalid, fault.Unavailable)
	plain := quiet(t, typed(http.StatusOK, "text/plain", "hello"))
	fails(t, open(t, strings.Replace(plain.URL, "http:", "https:", 1), secret, listserver.Options{}), secret, fault.Invalid, fault.Unavailable)
}
