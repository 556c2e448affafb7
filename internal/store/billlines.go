package store

import "postmeter/internal/domain/statement"

// lineColumns are those of a line; of a charge they carry what its assignment says now.
const lineColumns = `l.line, l.group_id, l.group_name, l.month, l.kind, l.ref, l.version_id, l.assignment_id, l.component,
	l.method, l.list_id, l.object, l.days, l.days_in_month, l.quantity, l.amount, l.tax,
	coalesce(a.amount, ''), coalesce(a.description, '')`

// BillLines returns the lines of a bill in its order. Of a charge they carry what its assignment says now.
func (s *Snapshot) BillLines(customerID, billID int64) ([]statement.Line, error) {
	var out []statement.Line
	for row, err := range s.rows(`SELECT `+lineColumns+` FROM bill_line l
		LEFT JOIN charge_assignment a ON a.customer_id = l.customer_id AND a.id = l.assignment_id
		WHERE l.customer_id = $1 AND l.bill_id = $2 ORDER BY l.line`, customerID, billID) {
		if err != nil {
			return nil, err
		}
		l, err := scanLine(row)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// PricedVersion is a version of a plan or charge with the words that customers see.
type PricedVersion struct {
	ID          int64
	Code        string
	Name        string
	Description string
	Definition  string // canonical JSON
}

// PlanVersions returns the versions of plans that have the ids, in no order.
func (s *Snapshot) PlanVersions(ids []int64) ([]PricedVersion, error) {
	return s.pricedVersions("plan", ids)
}

// ChargeVersions returns the versions of charges that have the ids, in no order.
func (s *Snapshot) ChargeVersions(ids []int64) ([]PricedVersion, error) {
	return s.pricedVersions("charge", ids)
}

func (s *Snapshot) pricedVersions(of string, ids []int64) ([]PricedVersion, error) {
	var out []PricedVersion
	for row, err := range rowsIn(s, `SELECT v.id, p.code, p.name, p.description, v.definition
		FROM `+of+`_version v JOIN `+of+` p ON p.id = v.`+of+`_id WHERE v.id `+in, ids) {
		if err != nil {
			return nil, err
		}
		var v PricedVersion
		if err := row.Scan(&v.ID, &v.Code, &v.Name, &v.Description, &v.Definition); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
