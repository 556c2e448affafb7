// Package hosting holds the machines that run mailing lists and the lists on them.
//
// A server is known by its name, a site (a mail domain) by server and name, and a list by an identity of its own: what
// it is called and on which site of which server it lives are attributes with dates, so that a list that moves or is
// renamed keeps its usage, history and assignments. Servers come from the operator; lists from a sync, from the
// operator, or from the provider file. Nothing of them is ever deleted: a list that is no longer on its server is
// marked gone.
package hosting

import (
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Server is a machine that runs mailing lists. Its password or token is stored sealed, and is no part of it.
type Server struct {
	ID       int64
	Name     string // the key: what commands, files and log readers call it
	Host     string
	Kind     string // one of Kinds
	URL      string // of its API
	User     string // of its API
	TimeZone string // IANA name; of times without a zone in its logs
	Comments string

	BilledSource   string   // one of Sources: which size of a message bills
	ServiceSenders []string // patterns of senders whose mail is counted and not charged
	AverageBytes   int64    // what one message has where the server counts mails and says no sizes
	Logs           []Feed   // that lie on the billing machine and are followed there, by path
}

// DefaultAverageBytes is what a newsletter of some pictures and text has, 50 KB, until the operator says otherwise.
const DefaultAverageBytes = 50 << 10

// Kinds lists the kinds of servers. A manual one has no API: its lists are entered by hand.
var Kinds = []string{"manual", "mailman3", "listmonk", "sympa", "postfix"}

// Sources lists what a message's size can be taken from: the list server's log (as posted) or the mail server's (as sent).
var Sources = []string{"listserver", "mailserver"}

// NewServer returns a server with the defaults of one that is entered by hand.
func NewServer(name string) Server {
	return Server{Name: name, Kind: Kinds[0], TimeZone: "UTC", BilledSource: Sources[0], AverageBytes: DefaultAverageBytes}
}

// SourceOf returns the source that bills a server of a kind unless a setting says otherwise: the list server's log, where
// there is one to be read.
func SourceOf(kind string) string {
	if kind == "postfix" {
		return Sources[1]
	}
	return Sources[0]
}

// Equal says whether two servers are the same in everything but the id.
func (s Server) Equal(t Server) bool {
	same := slices.Equal(s.ServiceSenders, t.ServiceSenders) && s.AverageBytes == t.AverageBytes && slices.Equal(s.Logs, t.Logs)
	s.ID, s.ServiceSenders = 0, nil
	t.ID, t.ServiceSenders = 0, nil
	return same && s.fields() == t.fields()
}

// SecretAbout is what the password or token of a server is sealed for: its table and row.
func SecretAbout(serverID int64) string { return "server/" + strconv.FormatInt(serverID, 10) }

func (s Server) fields() [8]string {
	return [8]string{s.Name, s.Host, s.Kind, s.URL, s.User, s.TimeZone, s.Comments, s.BilledSource}
}

// Place is where a list lives and what it is called there. Without List it is a site, without Site a server.
type Place struct{ Server, Site, List string }

// String returns server/site/list, as lines of bills name it.
func (p Place) String() string {
	switch {
	case p.Site == "":
		return p.Server
	case p.List == "":
		return p.Server + "/" + p.Site
	}
	return p.Server + "/" + p.Site + "/" + p.List
}

// Describe returns the place in words, for messages.
func (p Place) Describe() string {
	switch {
	case p.Site == "":
		return quote("server", p.Server)
	case p.List == "":
		return quote("site", p.Site) + " of " + quote("server", p.Server)
	}
	return quote("list", p.List) + " on " + quote("site", p.Site) + " of " + quote("server", p.Server)
}

func quote(kind, name string) string { return kind + ` "` + name + `"` }

// List is a mailing list with the days of its life.
type List struct {
	ID       int64
	Place    Place // its present one
	RemoteID string
	Life     period.Period
	Gone     period.Date // the day on which its server no longer had it; period.Last while it has
}

// maxNameBytes is the longest name of a server, site or list.
const maxNameBytes = 255

// CheckName says what is wrong with the name of a thing that others refer to, as an Invalid fault: empty, too long,
// white space around it, control characters.
func CheckName(name string) error {
	switch {
	case name == "":
		return fault.New(fault.Invalid, "must not be empty")
	case len(name) > maxNameBytes:
		return fault.New(fault.Invalid, "has %d bytes: at most %d are allowed", len(name), maxNameBytes)
	case strings.TrimSpace(name) != name:
		return fault.New(fault.Invalid, "must not begin or end with white space")
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fault.New(fault.Invalid, "must not hold control characters")
	}
	return nil
}
