package serve

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/crypto/acme"
)

// why says in words why there is no certificate, and what to do.
func (a *authority) why(name string, err error) string {
	var unknown x509.UnknownAuthorityError
	var refused *acme.Error
	var network *url.Error
	said := a.said.last(name)
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("the authority %s shows a certificate that this machine does not trust: for one of your own, give its root by --acme-ca", a.where())
	case errors.As(err, &refused):
		return fmt.Sprintf("the authority refuses: %s (%s)", refused.Detail, refused.ProblemType)
	case errors.As(err, &network):
		return fmt.Sprintf("the authority cannot be asked: %v", network)
	case said != "":
		return fmt.Sprintf("the authority did not find this process at %s: %s: it must be reached by that name on port 443, from where the authority is", name, said)
	}
	return err.Error()
}

// where is the address of the authority, for people.
func (a *authority) where() string {
	if a.directory == "" {
		return acme.LetsEncryptURL
	}
	return a.directory
}

// refusals listens to an authority for why it did not find a name, which the library does not tell.
type refusals struct {
	next http.RoundTripper

	mu    sync.Mutex
	found map[string]string // by name
}

// maxAuthorization is how much of an answer is looked at.
const maxAuthorization = 64 << 10

// authorization is what an authority says of a name (RFC 8555, 7.1.4).
type authorization struct {
	Status     string
	Identifier struct{ Value string }
	Challenges []struct {
		Error *struct{ Type, Detail string }
	}
}

// RoundTrip hands a request on.
func (r *refusals) RoundTrip(ask *http.Request) (*http.Response, error) {
	answer, err := r.next.RoundTrip(ask)
	if err != nil || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return answer, err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAuthorization))
	rest := io.MultiReader(bytes.NewReader(text), answer.Body)
	answer.Body = struct {
		io.Reader
		io.Closer
	}{rest, answer.Body}
	var z authorization
	if err == nil && json.Unmarshal(text, &z) == nil && z.Identifier.Value != "" {
		r.note(&z)
	}
	return answer, nil // who reads the body meets the error again
}

func (r *refusals) note(z *authorization) {
	said := ""
	for _, c := range z.Challenges {
		if c.Error != nil {
			said = fmt.Sprintf("%s (%s)", c.Error.Detail, c.Error.Type)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.found == nil {
		r.found = map[string]string{}
	}
	switch {
	case said != "":
		r.found[z.Identifier.Value] = said
	case z.Status == acme.StatusValid:
		delete(r.found, z.Identifier.Value)
	}
}

// last is what the authority last said of a name; "" for nothing.
func (r *refusals) last(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found[name]
}
