package store

// Session is somebody's stay in the browser. Instants are UTC microseconds.
type Session struct {
	Token      string // hash of the token; the token itself is only in the browser
	OperatorID int64  // 0: not signed in
	Data       []byte
	Expires    int64
	Started    int64
	Seen       int64 // rounded
	Address    string
	Agent      string
}

// sessionsSwept is how many expired sessions one new session takes away with it.
const sessionsSwept = 50

// Session returns a session that has not expired.
func (s *Snapshot) Session(token string, now int64) (v Session, found bool, err error) {
	v.Token = token
	found, err = s.one(`SELECT operator_id, data, expires_at, started_at, seen_at, address, agent FROM web_session
		WHERE token_hash = $1 AND expires_at > $2`, []any{token, now},
		&v.OperatorID, &v.Data, &v.Expires, &v.Started, &v.Seen, &v.Address, &v.Agent)
	return v, found, err
}

// Sessions returns the sessions of an operator, the last seen first.
func (s *Snapshot) Sessions(operatorID, now int64) ([]Session, error) {
	var out []Session
	for row, err := range s.rows(`SELECT token_hash, expires_at, started_at, seen_at, address, agent FROM web_session
		WHERE operator_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, token_hash`, operatorID, now) {
		if err != nil {
			return nil, err
		}
		v := Session{OperatorID: operatorID}
		if err := row.Scan(&v.Token, &v.Expires, &v.Started, &v.Seen, &v.Address, &v.Agent); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// SaveSession stores a session, new or known, and takes some expired ones away. started_at of a known one stays.
func (tx *Tx) SaveSession(v *Session) error {
	err := tx.Exec(`DELETE FROM web_session WHERE token_hash IN (SELECT token_hash FROM web_session WHERE expires_at <= $1 LIMIT $2)`,
		tx.by.At.UnixMicro(), sessionsSwept)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO web_session (token_hash, operator_id, data, expires_at, started_at, seen_at, address, agent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (token_hash) DO UPDATE SET operator_id = excluded.operator_id, data = excluded.data, expires_at = excluded.expires_at,
		seen_at = excluded.seen_at, address = excluded.address, agent = excluded.agent`,
		v.Token, v.OperatorID, v.Data, v.Expires, v.Started, v.Seen, v.Address, v.Agent)
}

// SeeSession notes when and from where a session was last used.
func (tx *Tx) SeeSession(token string, seen int64, address string) error {
	return tx.Exec(`UPDATE web_session SET seen_at = $2, address = $3 WHERE token_hash = $1`, token, seen, address)
}

// EndSession ends one session.
func (tx *Tx) EndSession(token string) error {
	return tx.Exec(`DELETE FROM web_session WHERE token_hash = $1`, token)
}

// EndSessions ends all sessions of an operator but one, which may be empty.
func (tx *Tx) EndSessions(operatorID int64, but string) error {
	return tx.Exec(`DELETE FROM web_session WHERE operator_id = $1 AND token_hash <> $2`, operatorID, but)
}

// FormKey returns what is known of a form that was sent: where it led to, empty while it is being saved.
func (s *Snapshot) FormKey(key string, operatorID int64) (location string, found bool, err error) {
	found, err = s.one(`SELECT location FROM form_key WHERE form_key = $1 AND operator_id = $2`, []any{key, operatorID}, &location)
	return location, found, err
}

// ClaimFormKey notes that a form is being saved, and forgets forms from before an instant. It says false when it was
// sent before.
func (tx *Tx) ClaimFormKey(key string, operatorID, forget int64) (bool, error) {
	if err := tx.Exec(`DELETE FROM form_key WHERE sent_at < $1`, forget); err != nil {
		return false, err
	}
	n, err := tx.ExecCount(`INSERT INTO form_key (form_key, operator_id, location, sent_at) VALUES ($1, $2, '', $3)
		ON CONFLICT (form_key) DO NOTHING`, key, operatorID, tx.by.At.UnixMicro())
	return n == 1, err
}

// FinishFormKey notes where a saved form led to.
func (tx *Tx) FinishFormKey(key, location string) error {
	return tx.Exec(`UPDATE form_key SET location = $2 WHERE form_key = $1`, key, location)
}

// FreeFormKey forgets a form that was not saved after all.
func (tx *Tx) FreeFormKey(key string) error {
	return tx.Exec(`DELETE FROM form_key WHERE form_key = $1`, key)
}
