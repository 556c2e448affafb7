// Package listserver asks the machines that run mailing lists what they have: which sites and lists there are, who runs
// them, how many members they have, and whether all is well.
//
// Each kind of server is a package below this one that implements Server; package kinds opens them. A server says what it can
// do (Can), and what it cannot is an Invalid fault or NotSaid, never zero or an empty answer. Connections translate
// and decide nothing: what is new, gone or suspicious is for the caller to find. They keep no state between calls, and
// read no clock but through the timers of the network.
//
// Errors are faults: Invalid (the address is none, or what answers there is no server of this kind), Denied (the user,
// password or token is not taken), Unavailable (no answer, an answer that broke off, or one that says to come back). No
// message holds a password, a token, or what a server says of its own secrets. An answer that breaks off is an error,
// never a shorter answer.
package listserver

import (
	"context"
	"crypto/x509"
	"time"

	"postmeter/internal/domain/hosting"
)

// Ability is something that a kind of server can be asked.
type Ability uint8

// The abilities.
const (
	Catalogue      Ability = iota // sites and lists
	MemberCounts                  // how many members each list has
	Administrators                // owners and moderators
	FindMembers                   // the lists of an address
	DeleteMembers                 // taking an address off a list
	HealthCheck                   // version, clock, and whether mail flows
	PostCounters                  // a counter of posts of each list, to compare with what was metered
	SentCounters                  // counters whose growth is usage
)

// Server is a connection to one list server. It is safe for concurrent use. Each call ends with its context.
type Server interface {
	// Can says whether servers of this kind can do something.
	Can(Ability) bool

	// UsageFormats names the log formats (see the command ingest) in which a server of this kind says what it sent.
	UsageFormats() []string

	// Health signs in, and looks whether all is as billing needs it. What is wrong but could be told is a finding; an
	// error means that nothing could be told.
	Health(ctx context.Context) (hosting.Health, error)

	// Catalogue returns everything that the server has, in order (see hosting.Catalogue.Sort). An empty one is an
	// answer, and the caller's to doubt. progress is told of lists as they are read, and how many there are in all (0:
	// not known yet); it may be nil.
	Catalogue(ctx context.Context, progress func(read, all int)) (hosting.Catalogue, error)

	// FindMembers returns the memberships of all addresses that match a pattern: an address, or one with * for any
	// characters. Upper and lower case are the same. At most limit are returned; more says that there are others.
	FindMembers(ctx context.Context, pattern string, limit int) (found []hosting.Membership, more bool, err error)

	// DeleteMember takes an address off a list. One that is not on it (any more) is no error: was is false then.
	DeleteMember(ctx context.Context, m hosting.Membership) (was bool, err error)

	// Sent returns the counters whose growth is usage, those that changed after since (zero: all).
	Sent(ctx context.Context, since time.Time) ([]hosting.Sent, error)
}

// Address says where a server is, and how to sign in.
type Address struct {
	Kind   string // one of hosting.Kinds
	Host   string // the machine, for what is not reached by URL
	URL    string // of its API
	User   string
	Secret string // password or token; never shown
}

// Options say how to speak to servers. The zero value is how Postmeter does.
type Options struct {
	Roots      *x509.CertPool // who may sign certificates; nil: whom this machine trusts
	StepLimit  time.Duration  // for one request and its whole answer; 0: StepLimit
	MaxAnswer  int64          // bytes of one answer; 0: MaxAnswer
	CountPosts bool           // Catalogue reads the counter of posts of each list too, where that is a request for each
}

// OrDefault returns options with the usual limits where there are none.
func (o Options) OrDefault() Options {
	if o.StepLimit == 0 {
		o.StepLimit = StepLimit
	}
	if o.MaxAnswer == 0 {
		o.MaxAnswer = MaxAnswer
	}
	return o
}

// Limits of every connection.
const (
	StepLimit   = 30 * time.Second // for one request and its whole answer
	MaxAnswer   = 64 << 20         // bytes of one answer
	MaxLists    = 1_000_000        // of one server
	MaxFailures = 3                // attempts at one request that the network broke off, before it counts as failed
)
