package billrun

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/validation"
	"postmeter/internal/store"
)

// ValidateKind is the kind of jobs that validate all customers. Only one of them is under way at a time: its key is the
// kind.
const ValidateKind = "customers.validate"

// ValidateJob says for which period customers are validated.
type ValidateJob struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// Period returns the period.
func (j *ValidateJob) Period() (p period.Period, err error) {
	if p.Start, err = period.Parse(j.Start); err == nil {
		p.End, err = period.Parse(j.End)
	}
	if err != nil {
		return p, fault.Wrap(fault.Invalid, err, "the days to validate are not understood")
	}
	return p, checkPeriod(p)
}

// ValidateResult is what a job of validating came to.
type ValidateResult struct {
	Errors   int64 `json:"errors"`
	Warnings int64 `json:"warnings"`
}

// maxKept is how many findings are kept of a validation: the first ones, by company.
const maxKept = 100_000

// KeepFindings stores what a validation found in the place of the one before.
func KeepFindings(tx *store.Tx, jobID int64, p period.Period, findings []Finding) (ValidateResult, error) {
	v := store.Validation{ID: jobID, Period: p, FinishedAt: tx.By().At.UnixMicro(), Actor: tx.By().Actor}
	rows := make([]store.ValidationFinding, 0, min(len(findings), maxKept))
	for i := range findings {
		f := &findings[i]
		if f.Severity == validation.Error {
			v.Errors++
		} else {
			v.Warnings++
		}
		if len(rows) < maxKept {
			rows = append(rows, store.ValidationFinding{
				CustomerID: f.CustomerID, Company: f.Customer, Severity: string(f.Severity), Code: string(f.Code), Message: f.Message,
			})
		}
	}
	v.Kept = int64(len(rows))
	if err := tx.KeepValidation(&v, rows); err != nil {
		return ValidateResult{}, err
	}
	found, err := changedFindings(tx, findings)
	if err != nil {
		return ValidateResult{}, err
	}
	return ValidateResult{v.Errors, v.Warnings}, tx.NoteFound(found, store.FoundBy{Action: "validated", ID: jobID, Period: p})
}

// changedFindings returns what was found about customers of whom it is something else than last time, or nothing any more.
func changedFindings(tx *store.Tx, findings []Finding) ([]store.Found, error) {
	last, err := tx.LastFound(nil)
	if err != nil {
		return nil, err
	}
	codes := map[int64][]string{}
	for i := range findings {
		codes[findings[i].CustomerID] = append(codes[findings[i].CustomerID], string(findings[i].Code))
	}
	var out []store.Found
	for id, found := range codes {
		if now := store.FoundCodes(found); now != last[id] {
			out = append(out, store.Found{CustomerID: id, Codes: now})
		}
	}
	for id := range last {
		if codes[id] == nil {
			out = append(out, store.Found{CustomerID: id})
		}
	}
	return out, nil
}
