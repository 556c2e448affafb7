// Package apitoken says what a token of the API is: what a program that shows it may do, and until when.
//
// A token is made once, shown once, and known afterwards by its hash alone. What it does not name it may not do.
package apitoken

import (
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
)

// Scope is one thing that a token allows.
type Scope string

// The scopes.
const (
	Usage   Scope = "usage"   // report usage; of one server if the token names one
	Agent   Scope = "agent"   // report the logs of exactly one server, and nothing else
	Read    Scope = "read"    // read what the API shows
	Metrics Scope = "metrics" // read the figures of the process
)

// Scopes lists all scopes.
var Scopes = []Scope{Usage, Agent, Read, Metrics}

// Limits of a token.
const (
	MaxName = 100 // bytes of a name
)

// Token is a token without its secret.
type Token struct {
	ID        int64
	Name      string // unique among those that are not revoked
	Scopes    []Scope
	ServerID  int64  // of which server it may report; 0: any
	Server    string // its name
	CreatedAt int64  // UTC microseconds, as all that follow
	ExpiresAt int64  // 0: never
	RevokedAt int64  // 0: not
	UsedAt    int64  // roughly, to a minute; 0: never
}

// Has says whether the token allows something.
func (t *Token) Has(scope Scope) bool { return slices.Contains(t.Scopes, scope) }

// Valid says why a token cannot be used at an instant (UTC microseconds): a Denied fault.
func (t *Token) Valid(at int64) error {
	switch {
	case t.RevokedAt != 0:
		return fault.New(fault.Denied, "the token %q was revoked: ask for a new one", t.Name)
	case t.ExpiresAt != 0 && t.ExpiresAt <= at:
		return fault.New(fault.Denied, "the token %q has expired: ask for a new one", t.Name)
	}
	return nil
}

// Check finds what is wrong with a new token: Invalid faults.
func (t *Token) Check() error {
	var faults fault.List
	switch {
	case t.Name == "":
		faults.Add("name", "is missing: say what the token is for")
	case len(t.Name) > MaxName:
		faults.Add("name", "has %d bytes: at most %d are allowed", len(t.Name), MaxName)
	case strings.ContainsFunc(t.Name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		faults.Add("name", "must not hold control characters")
	}
	if len(t.Scopes) == 0 {
		faults.Add("scope", "is missing: say what the token allows")
	}
	for _, scope := range t.Scopes {
		if !slices.Contains(Scopes, scope) {
			faults.Add("scope", "%q is none: use usage, agent, read or metrics", string(scope))
		}
	}
	if t.Has(Agent) && len(t.Scopes) > 1 {
		faults.Add("scope", "agent stands alone: make another token for what else is needed")
	}
	if t.Has(Agent) && t.ServerID == 0 {
		faults.Add("server", "is missing: an agent reports the logs of one server")
	}
	if t.ServerID != 0 && !t.Has(Agent) && !t.Has(Usage) {
		faults.Add("server", "is for usage and agent only")
	}
	return faults.Err()
}
