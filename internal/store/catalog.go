package store

import (
	"encoding/json"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Plans returns all plans with their versions, by code.
func (s *Snapshot) Plans() ([]catalog.Plan, error) {
	versions, err := s.versions("plan")
	if err != nil {
		return nil, err
	}
	var out []catalog.Plan
	for row, err := range s.rows(`SELECT id, code, name, description, limits FROM plan ORDER BY code`) {
		if err != nil {
			return nil, err
		}
		var p catalog.Plan
		var limits string
		if err := row.Scan(&p.ID, &p.Code, &p.Name, &p.Description, &limits); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(limits), &p.Limits); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the stored limits of plan %q cannot be read", p.Code)
		}
		p.Versions = versions[p.ID]
		out = append(out, p)
	}
	return out, nil
}

// Charges returns all additional charges with their versions, by code.
func (s *Snapshot) Charges() ([]catalog.Charge, error) {
	versions, err := s.versions("charge")
	if err != nil {
		return nil, err
	}
	var out []catalog.Charge
	for row, err := range s.rows(`SELECT id, code, name, description FROM charge ORDER BY code`) {
		if err != nil {
			return nil, err
		}
		var c catalog.Charge
		if err := row.Scan(&c.ID, &c.Code, &c.Name, &c.Description); err != nil {
			return nil, err
		}
		c.Versions = versions[c.ID]
		out = append(out, c)
	}
	return out, nil
}

// versions returns all versions of plans or charges by the id of what they are of, the oldest first.
func (s *Snapshot) versions(of string) (map[int64][]catalog.Version, error) {
	out := map[int64][]catalog.Version{}
	for row, err := range s.rows(`SELECT id, ` + of + `_id, first_day, definition FROM ` + of + `_version ORDER BY ` + of + `_id, first_day`) {
		if err != nil {
			return nil, err
		}
		var v catalog.Version
		var owner int64
		if err := row.Scan(&v.ID, &owner, &v.FirstDay, &v.Definition); err != nil {
			return nil, err
		}
		out[owner] = append(out[owner], v)
	}
	return out, nil
}

// LastFinalDay returns the last day that any sent invoice covers, period.First if there is none.
func (s *Snapshot) LastFinalDay() (period.Date, error) {
	day := period.First
	_, err := s.one(`SELECT coalesce(max(end_day), $1) FROM bill WHERE state = 'final'`, []any{int64(period.First)}, &day)
	return day, err
}

// PlanVersionUsed says whether a sent invoice used the version of a plan.
func (s *Snapshot) PlanVersionUsed(versionID int64) (bool, error) {
	return s.versionUsed("<>", versionID)
}

// ChargeVersionUsed says whether a sent invoice used the version of a charge.
func (s *Snapshot) ChargeVersionUsed(versionID int64) (bool, error) {
	return s.versionUsed("=", versionID)
}

func (s *Snapshot) versionUsed(isCharge string, versionID int64) (bool, error) {
	return s.one(`SELECT 1 FROM bill_line l JOIN bill b ON b.customer_id = l.customer_id AND b.id = l.bill_id
		WHERE l.version_id = $1 AND l.kind `+isCharge+` 'charge' AND b.state = 'final' LIMIT 1`, []any{versionID}, new(int64))
}

// InsertPlan stores a new plan with its versions, and sets their ids.
func (tx *Tx) InsertPlan(p *catalog.Plan) error {
	limits, err := toJSON(p.Limits)
	if err != nil {
		return err
	}
	if p.ID, err = tx.NewIDs("plan", 1); err != nil {
		return err
	}
	if err := tx.Exec(`INSERT INTO plan (id, code, name, description, limits) VALUES ($1, $2, $3, $4, $5)`,
		p.ID, p.Code, p.Name, p.Description, limits); err != nil {
		return err
	}
	for i := range p.Versions {
		if err := tx.InsertPlanVersion(p.ID, &p.Versions[i]); err != nil {
			return err
		}
	}
	return nil
}

// UpdatePlan stores name, description and limits of a plan.
func (tx *Tx) UpdatePlan(p *catalog.Plan) error {
	limits, err := toJSON(p.Limits)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE plan SET name = $2, description = $3, limits = $4 WHERE id = $1`, p.ID, p.Name, p.Description, limits)
}

// InsertCharge stores a new charge with its versions, and sets their ids.
func (tx *Tx) InsertCharge(c *catalog.Charge) (err error) {
	if c.ID, err = tx.NewIDs("charge", 1); err != nil {
		return err
	}
	if err := tx.Exec(`INSERT INTO charge (id, code, name, description) VALUES ($1, $2, $3, $4)`,
		c.ID, c.Code, c.Name, c.Description); err != nil {
		return err
	}
	for i := range c.Versions {
		if err := tx.InsertChargeVersion(c.ID, &c.Versions[i]); err != nil {
			return err
		}
	}
	return nil
}

// UpdateCharge stores name and description of a charge.
func (tx *Tx) UpdateCharge(c *catalog.Charge) error {
	return tx.Exec(`UPDATE charge SET name = $2, description = $3 WHERE id = $1`, c.ID, c.Name, c.Description)
}

// InsertPlanVersion stores a new version of a plan, and sets its id.
func (tx *Tx) InsertPlanVersion(planID int64, v *catalog.Version) error {
	return tx.insertVersion("plan", planID, v)
}

// InsertChargeVersion stores a new version of a charge, and sets its id.
func (tx *Tx) InsertChargeVersion(chargeID int64, v *catalog.Version) error {
	return tx.insertVersion("charge", chargeID, v)
}

// UpdatePlanVersion rewrites a version of a plan that no sent invoice used.
func (tx *Tx) UpdatePlanVersion(v *catalog.Version) error {
	return tx.Exec(`UPDATE plan_version SET definition = $2 WHERE id = $1`, v.ID, v.Definition)
}

// UpdateChargeVersion rewrites a version of a charge that no sent invoice used.
func (tx *Tx) UpdateChargeVersion(v *catalog.Version) error {
	return tx.Exec(`UPDATE charge_version SET definition = $2 WHERE id = $1`, v.ID, v.Definition)
}

func (tx *Tx) insertVersion(of string, owner int64, v *catalog.Version) (err error) {
	if v.ID, err = tx.NewIDs(of+"_version", 1); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO `+of+`_version (id, `+of+`_id, first_day, definition) VALUES ($1, $2, $3, $4)`,
		v.ID, owner, int64(v.FirstDay), v.Definition)
}
