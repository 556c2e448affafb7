package billrun

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// JobKind is the kind of jobs that run bills. Only one of them is under way at a time: its key is the kind.
const JobKind = "bill.run"

// Job is a bill run that the background does.
type Job struct {
	Start     string                `json:"start"`
	End       string                `json:"end"`
	Customers []string              `json:"customers,omitempty"` // companies; empty: those of View, or all that are active
	View      *store.CustomerFilter `json:"view,omitempty"`      // all customers of a list; nil: all that are active
	Whom      string                `json:"whom"`                // how many, in words
}

// Period returns the days that are billed.
func (j *Job) Period() (p period.Period, err error) {
	if p.Start, err = period.Parse(j.Start); err == nil {
		p.End, err = period.Parse(j.End)
	}
	if err != nil {
		return p, fault.Wrap(fault.Invalid, err, "the days of the bill run are not understood")
	}
	return p, CheckPeriod(p)
}

// CheckPeriod says what is wrong with a period that is to be billed.
func CheckPeriod(p period.Period) error { return checkPeriod(p) }

// Kept is a result as it is kept: as many skipped customers as other lists have entries.
func Kept(r *Result) *invoice.KeptResult { return kept(r) }
