package servers

// The kinds of jobs that ask list servers. Their payload is an Order, and their result is what each server came to:
// SyncResults, Validations, and one FixResult.
const (
	SyncJob     = "sync servers"
	ValidateJob = "validate servers"
	CountersJob = "read counters" // a sync of the servers that keep counters of mails
	FixJob      = "fix server"    // mark lists gone
)

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
