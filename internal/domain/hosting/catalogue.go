package hosting

import (
	"cmp"
	"slices"
	"time"

	"postmeter/internal/domain/fault"
)

// Catalogue is everything that a server said it has, at one time.
type Catalogue struct {
	Sites []string // mail domains, sorted, each once; also those without a list
	Lists []Listed // sorted by site and name, each place once
}

// Listed is a list as its server has it.
type Listed struct {
	Site, Name     string
	RemoteID       string          // the server's own id of it (Mailman list_id, listmonk uuid); "" if it has none
	Members        int64           // how many it has now; NotSaid if the server does not say
	Posts          int64           // how many posts it ever had, by the server's own counter; NotSaid if it keeps none
	Administrators []Administrator // sorted by role and address
}

// NotSaid stands for a number that a server does not give. It is never shown as a number.
const NotSaid = -1

// Role is what an administrator may do on a list.
type Role string

// The roles.
const (
	Owner     Role = "owner"
	Moderator Role = "moderator"
)

// Administrator is somebody who runs a list.
type Administrator struct {
	Role    Role
	Address string
	Name    string // "" if the server does not know it
}

// Membership is one address on one list.
type Membership struct {
	Site, List string
	RemoteID   string // of the list
	Address    string
	Name       string // "" if the server does not know it
	Role       string // member, owner, moderator, nonmember, or a word of the server's own
}

// Health is what a server says about itself.
type Health struct {
	Version  string    // product and version, for people
	Clock    time.Time // the server's; zero if it does not tell
	Findings []Finding // in the order in which they were looked for
}

// Severity says how bad a finding is.
type Severity string

// The severities. Fine says that something was looked at and is as it must be.
const (
	Fine    Severity = "fine"
	Warning Severity = "warning"
	Trouble Severity = "error"
)

// Finding is one thing that was looked at on a server.
type Finding struct {
	Severity Severity
	Code     string // for programs: log_template, mail_flow, clock, …
	Message  string // what is so, in a sentence
	Remedy   string // what to do, if something is; it may hold lines ready to paste
}

// Sent is a counter of mails that a server keeps for one thing that it sends, such as a campaign. Its growth is usage.
type Sent struct {
	Key      string    // what the counter belongs to: unique on the server, and never used again
	Site     string    // of the list that the mails count on
	List     string    // its name
	RemoteID string    // its id
	Count    int64     // mails so far
	At       time.Time // when the last of them were sent, as far as the server says
	Note     string    // what people should know, such as other lists that the mails went to; "" if nothing
}

// Sort brings a catalogue into its order. It is an Invalid fault when a place occurs twice.
func (c *Catalogue) Sort() error {
	slices.Sort(c.Sites)
	c.Sites = slices.Compact(c.Sites)
	slices.SortFunc(c.Lists, func(a, b Listed) int { return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name)) })
	for i, v := range c.Lists {
		if i > 0 && c.Lists[i-1].Site == v.Site && c.Lists[i-1].Name == v.Name {
			return fault.New(fault.Invalid, "the server names the list %s on site %s twice; nothing was changed", v.Name, v.Site)
		}
		slices.SortFunc(v.Administrators, func(a, b Administrator) int {
			return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Address, b.Address))
		})
	}
	return nil
}
