package store

import (
	"database/sql"
	"iter"

	"postmeter/internal/domain/period"
)

// Validation is the last validation of all customers.
type Validation struct {
	ID               int64 // of the job that made it
	Period           period.Period
	FinishedAt       int64 // UTC microseconds
	Actor            string
	Errors, Warnings int64
	Kept             int64 // of the findings
}

// ValidationFinding is a problem that it found.
type ValidationFinding struct {
	Position   int64
	CustomerID int64
	Company    string
	Severity   string
	Code       string
	Message    string
}

// ValidationFilter says which findings are wanted. The zero value of a field wants all.
type ValidationFilter struct {
	Severity, Code string
	After          int64
	Limit          int
}

// KeepValidation stores a validation in the place of the one before.
func (tx *Tx) KeepValidation(v *Validation, findings []ValidationFinding) error {
	for _, table := range []string{"validation_finding", "validation"} {
		if err := tx.Exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	if err := tx.Exec(`INSERT INTO validation (id, start_day, end_day, finished_at, actor, errors, warnings, kept) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.ID, int64(v.Period.Start), int64(v.Period.End), v.FinishedAt, v.Actor, v.Errors, v.Warnings, v.Kept); err != nil {
		return err
	}
	bulk := tx.Bulk("validation_finding", "", "validation_id", "position", "customer_id", "company", "severity", "code", "message")
	for i := range findings {
		f := &findings[i]
		if err := bulk.Add(v.ID, int64(i+1), f.CustomerID, f.Company, f.Severity, f.Code, f.Message); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// LastValidation returns the last validation; found is false when there was none.
func (s *Snapshot) LastValidation() (v Validation, found bool, err error) {
	found, err = s.one(`SELECT id, start_day, end_day, finished_at, actor, errors, warnings, kept FROM validation ORDER BY id DESC LIMIT 1`, nil,
		&v.ID, &v.Period.Start, &v.Period.End, &v.FinishedAt, &v.Actor, &v.Errors, &v.Warnings, &v.Kept)
	return v, found, err
}

const findingColumns = `SELECT position, customer_id, company, severity, code, message FROM validation_finding `

// ValidationFindings returns findings of a validation in their order.
func (s *Snapshot) ValidationFindings(id int64, f ValidationFilter) ([]ValidationFinding, error) {
	var c condition
	c.and("validation_id = " + c.arg(id))
	c.and("position > " + c.arg(f.After))
	if f.Severity != "" {
		c.and("severity = " + c.arg(f.Severity))
	}
	if f.Code != "" {
		c.and("code = " + c.arg(f.Code))
	}
	return scanFindings(s.rows(findingColumns+c.where()+` ORDER BY position LIMIT `+c.arg(int64(f.Limit)), c.args...))
}

// FindingsOf returns what the last validation found about a customer.
func (s *Snapshot) FindingsOf(customerID int64) ([]ValidationFinding, error) {
	return scanFindings(s.rows(findingColumns+`WHERE customer_id = $1 ORDER BY position`, customerID))
}

func scanFindings(rows iter.Seq2[*sql.Rows, error]) (out []ValidationFinding, err error) {
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		var f ValidationFinding
		if err := row.Scan(&f.Position, &f.CustomerID, &f.Company, &f.Severity, &f.Code, &f.Message); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}
