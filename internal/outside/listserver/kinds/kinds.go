// Package kinds opens connections to list servers of all kinds.
package kinds

import (
	"context"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/listmonk"
	"postmeter/internal/outside/listserver/mailman"
	"postmeter/internal/outside/listserver/sympa"
)

// Options say how to speak to servers.
type Options = listserver.Options

// Open returns a connection to a server. Nothing is asked yet. It is an Invalid fault when the address is none, or when
// there is no such kind.
func Open(a listserver.Address, o Options) (listserver.Server, error) {
	switch a.Kind {
	case "mailman3":
		return opened(mailman.New(a, o))
	case "listmonk":
		return opened(listmonk.New(a, o))
	case "sympa":
		return opened(sympa.New(a, o))
	case "postfix":
		return silent{kind: "a mail server", formats: []string{"postfix"}}, nil
	case "manual":
		return silent{kind: "a server whose lists are entered by hand"}, nil
	}
	return nil, fault.At("kind", "is not one that can be asked: %q", a.Kind)
}

// opened makes no server of one that could not be opened.
func opened[T listserver.Server](s T, err error) (listserver.Server, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// silent is a server that cannot be asked anything. At most it writes a log.
type silent struct {
	kind    string
	formats []string
}

func (s silent) no() error {
	return fault.New(fault.Invalid, "%s has no API: there is nothing to ask it", s.kind)
}

// Can says that nothing can be asked.
func (silent) Can(listserver.Ability) bool { return false }

// UsageFormats names the log formats, if there are any.
func (s silent) UsageFormats() []string { return s.formats }

// Health cannot be told.
func (s silent) Health(context.Context) (hosting.Health, error) { return hosting.Health{}, s.no() }

// Catalogue cannot be told.
func (s silent) Catalogue(context.Context, func(read, all int)) (hosting.Catalogue, error) {
	return hosting.Catalogue{}, s.no()
}

// FindMembers cannot be told.
func (s silent) FindMembers(context.Context, string, int) ([]hosting.Membership, bool, error) {
	return nil, false, s.no()
}

// DeleteMember cannot be done.
func (s silent) DeleteMember(context.Context, hosting.Membership) (bool, error) { return false, s.no() }

// Sent cannot be told.
func (s silent) Sent(context.Context, time.Time) ([]hosting.Sent, error) { return nil, s.no() }
