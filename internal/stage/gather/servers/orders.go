package servers

import "time"

// The kinds of jobs that ask list servers. Their payload is an Order, and their result is what each server came to:
// SyncResults, Validations, and one FixResult. Those that are about people have a SearchOrder or a DeleteOrder, and Members.
const (
	SyncJob     = "sync servers"
	ValidateJob = "validate servers"
	CountersJob = "read counters" // a sync of the servers that keep counters of mails
	FixJob      = "fix server"    // mark lists gone
	FindJob     = "find members"
	DeleteJob   = "delete members"
)

// PeopleKept is how long jobs that are about people are kept once they ended: their orders and results are addresses.
const PeopleKept = 24 * time.Hour

// SearchOrder says who is looked for on all servers.
type SearchOrder struct {
	Patterns []string `json:"patterns"` // see hosting.Patterns
}

// DeleteOrder names the memberships that are to end.
type DeleteOrder struct {
	Members []Chosen `json:"members"`
}

// Chosen is a membership that somebody chose to be deleted.
type Chosen struct {
	Server  string `json:"server"`
	Site    string `json:"site"`
	List    string `json:"list"`
	Address string `json:"address"`
}

// Order says which servers are asked, and what for.
type Order struct {
	Names   []string `json:"names"`           // none: all that can be asked
	Confirm bool     `json:"confirm"`         // a person has looked, and a catalogue that lost much is believed
	Lists   []string `json:"lists,omitempty"` // of a fix: as site/list

	// WithoutAsking, of a fix: the server is gone for ever, and a person's word counts.
	WithoutAsking bool `json:"without_asking,omitempty"`
	// Counter, of a sync: how counters of mails go on that went back, or are new (gather.CounterStarts).
	Counter string `json:"counter,omitempty"`
}
