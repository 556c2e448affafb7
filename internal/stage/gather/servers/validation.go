package servers

import (
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
)

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

// worst is the worst severity of the findings; "" without a validation.
func (v *Validation) worst() (worst hosting.Severity) {
	if v == nil {
		return ""
	}
	worst = hosting.Fine
	for _, f := range v.Findings {
		if f.Severity == hosting.Trouble || worst == hosting.Fine {
			worst = f.Severity
		}
	}
	return worst
}

// missed says whether what the validation says of missing lists is newer than what the last sync of its server says, and than what
// people said of lists since.
func (v *Validation) missed(s *store.Snapshot, serverID, synced int64) (bool, error) {
	if v == nil || v.Status != Done {
		return false, nil
	}
	at, err := time.Parse(time.RFC3339, v.At)
	if err != nil {
		return false, fault.Wrap(fault.Internal, err, "the report of server %s cannot be read", v.Server)
	}
	said, err := s.LastChange("server", serverID, saidOfLists...)
	return at.Unix() >= time.UnixMicro(max(synced, said)).Unix(), err // reports hold whole seconds
}
