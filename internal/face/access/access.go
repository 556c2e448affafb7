package access

import (
	"context"
	"net/http"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/fault"
	"postmeter/internal/face/httpkit"
)

// Principal is somebody who is known.
type Principal struct {
	Name  string          // as the history has it: "token agent-1"
	Token *apitoken.Token // nil if it is not a token that was shown
	Role  string          // of an operator
}

// Authenticator finds out who sends a request. Without any sign of somebody it returns nil; with one that is wrong, an
// error.
type Authenticator func(*http.Request) (*Principal, error)

// Guard decides who may use a route.
type Guard struct {
	rights map[string]Right
	who    []Authenticator
}

// New makes a guard over the table of rights that knows people in the given ways; the first that finds somebody counts.
func New(who ...Authenticator) *Guard { return &Guard{rights: rights, who: who} }

// Check is an httpkit.Guard.
func (g *Guard) Check(pattern string, r *http.Request) (*http.Request, error) {
	right := g.rights[pattern]
	record := httpkit.RecordOf(r.Context())
	who, err := g.find(r)
	if who != nil {
		record.Who = who.Name
		r = r.WithContext(context.WithValue(r.Context(), principalKey{}, who))
	}
	switch {
	case right.Public, right.Local && record.Client.Local:
		return r, nil
	case err != nil:
		return nil, unknown(err)
	case who == nil && right == Right{}:
		return nil, fault.New(fault.Denied, "nobody may do this")
	case who == nil:
		return nil, unknown(fault.New(fault.Denied, "say who you are: send a token with the header Authorization: Bearer TOKEN"))
	}
	return r, right.allow(who)
}

// unknown makes a refusal one that asks for a token; a failure to look it up stays what it is.
func unknown(err error) error {
	if fault.KindOf(err) == fault.Denied {
		return httpkit.WithStatus(http.StatusUnauthorized, err)
	}
	return err
}

// allow says whether somebody may.
func (right Right) allow(who *Principal) error {
	switch {
	case right.Scope != "" && who.Token != nil && who.Token.Has(right.Scope):
		return nil
	case right.Role != "" && right.Role == who.Role:
		return nil
	case right.Scope != "" && who.Token != nil:
		return fault.New(fault.Denied, "the token %q may not do this: it needs one with the scope %s", who.Token.Name, right.Scope)
	}
	return fault.New(fault.Denied, "%s may not do this", who.Name)
}

func (g *Guard) find(r *http.Request) (*Principal, error) {
	for _, ask := range g.who {
		if who, err := ask(r); who != nil || err != nil {
			return who, err
		}
	}
	return nil, nil //nolint:nilnil // nobody is an answer
}

type principalKey struct{}

// Of returns who sent the request that ctx belongs to; nil for somebody unknown, who got through because the route is
// open to all.
func Of(ctx context.Context) *Principal {
	who, _ := ctx.Value(principalKey{}).(*Principal)
	return who
}
