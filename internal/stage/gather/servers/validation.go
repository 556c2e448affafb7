package servers

import "postmeter/internal/domain/hosting"

// Validation is what a validation of one server found.
type Validation struct {
	Server      string               `json:"server"`
	Status      Status               `json:"status"` // Failed: it could not be asked
	At          string               `json:"at"`     // UTC
	Error       string               `json:"error,omitempty"`
	Version     string               `json:"version"`
	Findings    []Finding            `json:"findings"`
	Known       int                  `json:"known"`   // lists that billing and the server know
	Missing     []string             `json:"missing"` // known and not there: server fix marks them gone
	MissingAll  int                  `json:"missing_count"`
	New         []string             `json:"new"` // there and not known: server sync adds them
	NewAll      int                  `json:"new_count"`
	Renamed     []string             `json:"renamed"` // the server says so itself: server sync follows
	Back        []string             `json:"back"`    // marked gone, and there
	Suggestions []hosting.Suggestion `json:"suggestions"`
	Doubt       string               `json:"doubt,omitempty"` // why a sync would not believe the catalogue

	err error
}

// Finding is one thing that was looked at.
type Finding struct {
	Severity hosting.Severity `json:"severity"`
	Code     string           `json:"code"`
	Message  string           `json:"message"`
	Remedy   string           `json:"remedy,omitempty"`
}

// Err returns why the server could not be asked; nil if it could.
func (v *Validation) Err() error { return v.err }
