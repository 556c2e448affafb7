// Package servers asks the list servers: it validates and syncs them, marks lists gone, moves lists, and finds people.
//
// What a server answers is read completely before anything is written; then one transaction changes everything, or
// nothing. All chosen servers are asked at once, each with a limit of its own, and each has a result of its own: a dead
// one holds up none. An error of a whole function is about the order or the database; what went wrong with one server
// stands in its result.
//
// Nothing here decides about bills. A list that vanished is told, and a person marks it gone; one that may have been
// renamed is suggested, and a person moves it.
package servers

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/store"
)

// Limits.
const (
	DefaultLimit = 10 * time.Minute // for all that is asked of one server
	atOnce       = 64               // servers
	maxNamed     = 1000             // lists that a result names; more are counted
)

// Deps is what the functions of this package work with.
type Deps struct {
	DB *store.DB
	By func() store.By // who acts, and the one clock

	// Open connects to a server; see package kinds.
	Open    func(listserver.Address, listserver.Options) (listserver.Server, error)
	Options listserver.Options // how to speak to servers; the zero value is right

	// Vault opens passwords and tokens. about is hosting.SecretAbout.
	Vault interface {
		Open(sealed []byte, about string) (string, error)
	}

	Limit time.Duration // for all that is asked of one server; 0: DefaultLimit

	// Progress is told of lists as they are read from a server, and how many there are (0: not known yet). It may be
	// called from several goroutines, and be nil.
	Progress func(server string, read, all int)

	// Step is called at each step of a sync, for tests that break it off there. It may be nil.
	Step func(step string)
}

func (d *Deps) step(name string) {
	if d.Step != nil {
		d.Step(name)
	}
}

// target is a server that something is asked of.
type target struct {
	hosting.Server
	sealed  []byte // its password or token
	secret  string
	broken  error // its secret does not open
	state   store.ServerState
	started time.Time
}

// choose returns the servers of the names, all if none is named, in the order of names.
func (d *Deps) choose(ctx context.Context, names []string) ([]*target, error) {
	var out []*target
	err := d.DB.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Servers()
		if err != nil {
			return err
		}
		if err := known(all, names); err != nil {
			return err
		}
		for i := range all {
			if len(names) > 0 && !slices.Contains(names, all[i].Name) {
				continue
			}
			t := &target{Server: all[i], started: d.By().At}
			if t.sealed, err = s.ServerSecret(t.ID); err != nil {
				return err
			}
			if t.state, err = s.ServerState(t.ID); err != nil {
				return err
			}
			out = append(out, t)
		}
		return nil
	})
	for _, t := range out {
		if t.sealed != nil {
			t.secret, t.broken = d.Vault.Open(t.sealed, hosting.SecretAbout(t.ID))
		}
	}
	return out, err
}

// known finds names that no server has.
func known(all []hosting.Server, names []string) error {
	var have []string
	for _, v := range all {
		have = append(have, v.Name)
	}
	for _, name := range names {
		switch {
		case slices.Contains(have, name):
		case len(have) == 0:
			return fault.New(fault.NotFound, "server %q is not known, nor is any other: add it with server add", name)
		case len(have) > mostNames:
			return fault.New(fault.NotFound, "server %q is not known (there are %d others): see server list", name, len(have))
		default:
			return fault.New(fault.NotFound, "server %q is not known: name one of %s", name, strings.Join(have, ", "))
		}
	}
	return nil
}

// mostNames is how many names a message lists.
const mostNames = 10

// connect opens a connection to a server. countPosts: its catalogue shall have the counters of posts too.
func (d *Deps) connect(t *target, countPosts bool) (listserver.Server, error) {
	if t.broken != nil {
		return nil, t.broken
	}
	o := d.Options
	o.CountPosts = countPosts
	return d.Open(listserver.Address{Kind: t.Kind, Host: t.Host, URL: t.URL, User: t.User, Secret: t.secret}, o)
}

// asked runs do with the time that one server may take, and says so if it took longer.
func (d *Deps) asked(ctx context.Context, do func(context.Context) error) error {
	limit := d.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(timed)
	if err != nil && timed.Err() != nil && ctx.Err() == nil {
		return fault.Wrap(fault.Unavailable, err, "the server did not say everything within %s; nothing was changed: look whether it is well, and try again", limit)
	}
	return err
}

// together runs do for each server, many at once, and returns the results in their order.
func together[R any](targets []*target, do func(*target) R) []R {
	out := make([]R, len(targets))
	room := make(chan struct{}, atOnce)
	var wait sync.WaitGroup
	for i, t := range targets {
		room <- struct{}{}
		wait.Go(func() {
			defer func() { <-room }()
			out[i] = do(t)
		})
	}
	wait.Wait()
	return out
}

// reading returns what is told of a catalogue being read.
func (d *Deps) reading(t *target) func(read, all int) {
	return func(read, all int) {
		if d.Progress != nil {
			d.Progress(t.Name, read, all)
		}
		d.step("page")
	}
}
