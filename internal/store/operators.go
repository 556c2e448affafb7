package store

import (
	"postmeter/internal/domain/operator"
)

// OperatorRow is an operator with what signing in needs. None of it but Operator may be shown.
type OperatorRow struct {
	operator.Operator
	PasswordHash string
	TOTPSealed   []byte   // nil without a second factor
	TOTPStep     int64    // the last time step whose code was used
	Recovery     []string // hashes of the recovery codes that are left
}

const operatorColumns = `SELECT id, name, role, active, password_hash, totp_sealed, totp_step, recovery FROM operator `

func scanOperator(scan func(...any) error) (OperatorRow, error) {
	var o OperatorRow
	var role, recovery string
	if err := scan(&o.ID, &o.Name, &role, &o.Active, &o.PasswordHash, &o.TOTPSealed, &o.TOTPStep, &recovery); err != nil {
		return o, err
	}
	o.TOTP = o.TOTPSealed != nil
	var err error
	if o.Role, err = operator.ParseRole(role); err != nil {
		return o, err
	}
	o.Recovery, err = textsFrom(recovery)
	return o, err
}

// Operators returns all operators by name.
func (s *Snapshot) Operators() ([]operator.Operator, error) {
	var out []operator.Operator
	for row, err := range s.rows(operatorColumns + `ORDER BY name_key`) {
		if err != nil {
			return nil, err
		}
		o, err := scanOperator(row.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, o.Operator)
	}
	return out, nil
}

// HasOperators says whether anybody can sign in at all.
func (s *Snapshot) HasOperators() (bool, error) {
	return s.one(`SELECT 1 FROM operator LIMIT 1`, nil, new(int64))
}

// OperatorByName finds an operator, whatever the case of the name.
func (s *Snapshot) OperatorByName(name string) (OperatorRow, bool, error) {
	return s.operator(`WHERE name_key = $1`, operator.Key(name))
}

// Operator finds an operator by id.
func (s *Snapshot) Operator(id int64) (OperatorRow, bool, error) {
	return s.operator(`WHERE id = $1`, id)
}

func (s *Snapshot) operator(where string, arg any) (o OperatorRow, found bool, err error) {
	for row, err := range s.rows(operatorColumns+where, arg) {
		if err != nil {
			return o, false, err
		}
		o, err = scanOperator(row.Scan)
		return o, err == nil, err
	}
	return o, false, nil
}

// InsertOperator stores a new operator, and sets the id.
func (tx *Tx) InsertOperator(o *OperatorRow) (err error) {
	if o.ID, err = tx.NewIDs("operator", 1); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO operator (id, name, name_key, role, active, password_hash, totp_step, recovery, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '[]', $7)`,
		o.ID, o.Name, operator.Key(o.Name), o.Role.String(), o.Active, o.PasswordHash, tx.by.At.UnixMicro())
}

// UpdateOperator stores name, role and whether the operator is active.
func (tx *Tx) UpdateOperator(o *operator.Operator) error {
	return tx.Exec(`UPDATE operator SET name = $2, name_key = $3, role = $4, active = $5 WHERE id = $1`,
		o.ID, o.Name, operator.Key(o.Name), o.Role.String(), o.Active)
}

// SavePassword stores the hash of a password.
func (tx *Tx) SavePassword(operatorID int64, hash string) error {
	return tx.Exec(`UPDATE operator SET password_hash = $2 WHERE id = $1`, operatorID, hash)
}

// SaveTOTP stores the second factor of an operator: its sealed key, the last time step used, and the hashes of the
// recovery codes. A nil key takes it away.
func (tx *Tx) SaveTOTP(operatorID int64, sealed []byte, step int64, recovery []string) error {
	codes, err := textsJSON(recovery)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE operator SET totp_sealed = $2, totp_step = $3, recovery = $4 WHERE id = $1`,
		operatorID, sealed, step, codes)
}

// AnyOperatorSecret returns one sealed key of a second factor, and whose it is; nil if there is none.
func (s *Snapshot) AnyOperatorSecret() (operatorID int64, sealed []byte, err error) {
	_, err = s.one(`SELECT id, totp_sealed FROM operator WHERE totp_sealed IS NOT NULL ORDER BY id LIMIT 1`, nil, &operatorID, &sealed)
	return operatorID, sealed, err
}

// SaveLink stores the hash of a one-time link instead of those before it.
func (tx *Tx) SaveLink(hash string, expires int64) error {
	if err := tx.Exec(`DELETE FROM operator_link`); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO operator_link (token_hash, expires_at) VALUES ($1, $2)`, hash, expires)
}

// LinkGood says whether a one-time link is known and has not expired. Instants are UTC microseconds.
func (s *Snapshot) LinkGood(hash string, now int64) (bool, error) {
	return s.one(`SELECT 1 FROM operator_link WHERE token_hash = $1 AND expires_at > $2`, []any{hash, now}, new(int64))
}

// UseLinks takes away all one-time links.
func (tx *Tx) UseLinks() error { return tx.Exec(`DELETE FROM operator_link`) }

// ThrottledUntil returns what is remembered of the tries under a name, in UTC microseconds; 0 for none. Rows are locked.
func (tx *Tx) ThrottledUntil(name string) (at int64, err error) {
	if err := tx.Lock("throttle/"+name, 0); err != nil {
		return 0, err
	}
	_, err = tx.one(`SELECT clear_at FROM throttle WHERE name = $1`, []any{name}, &at)
	return at, err
}

// SaveThrottle remembers tries under a name, and forgets what is past.
func (tx *Tx) SaveThrottle(name string, at int64) error {
	if err := tx.Exec(`DELETE FROM throttle WHERE clear_at < $1`, tx.by.At.UnixMicro()); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO throttle (name, clear_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET clear_at = excluded.clear_at`, name, at)
}

// ClearThrottle forgets the tries under a name.
func (tx *Tx) ClearThrottle(name string) error {
	return tx.Exec(`DELETE FROM throttle WHERE name = $1`, name)
}
