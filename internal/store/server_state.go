package store

// ServerState is what was last learned of a server. Texts of JSON are the caller's.
type ServerState struct {
	TriedAt     int64 // of the last sync, however it ended, UTC microseconds; 0 without one
	SyncedAt    int64 // of the last sync that succeeded; 0 without one
	Failure     string
	Doubted     bool
	Sync        string // JSON: the last sync that succeeded
	ValidatedAt int64
	Validation  string // JSON: the last report
}

const serverStates = `SELECT s.id, COALESCE(y.tried_at, 0), COALESCE(s.synced_at, 0), COALESCE(y.failure, ''), COALESCE(y.doubted, FALSE),
	COALESCE(y.sync, ''), COALESCE(y.validated_at, 0), COALESCE(y.validation, '') FROM server s LEFT JOIN server_state y ON y.server_id = s.id`

// ServerState returns what was last learned of a server; the zero value if nothing was.
func (s *Snapshot) ServerState(serverID int64) (ServerState, error) {
	all, err := s.serverStates(serverStates+` WHERE s.id = $1`, serverID)
	return all[serverID], err
}

// ServerStates returns what was last learned of each server.
func (s *Snapshot) ServerStates() (map[int64]ServerState, error) { return s.serverStates(serverStates) }

func (s *Snapshot) serverStates(query string, args ...any) (map[int64]ServerState, error) {
	out := map[int64]ServerState{}
	for row, err := range s.rows(query, args...) {
		if err != nil {
			return nil, err
		}
		var id int64
		var v ServerState
		if err := row.Scan(&id, &v.TriedAt, &v.SyncedAt, &v.Failure, &v.Doubted, &v.Sync, &v.ValidatedAt, &v.Validation); err != nil {
			return nil, err
		}
		out[id] = v
	}
	return out, nil
}

// SaveSync stores that a sync succeeded, and what it found, as JSON.
func (tx *Tx) SaveSync(serverID int64, result string) error {
	if err := tx.saveTried(serverID, "", false); err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE server_state SET sync = $2 WHERE server_id = $1`, serverID, result); err != nil {
		return err
	}
	return tx.Exec(`UPDATE server SET synced_at = $2 WHERE id = $1`, serverID, tx.by.At.UnixMicro())
}

// SaveSyncFailure stores that a sync changed nothing, and why. doubted: since the answer was not believed.
func (tx *Tx) SaveSyncFailure(serverID int64, failure string, doubted bool) error {
	return tx.saveTried(serverID, failure, doubted)
}

func (tx *Tx) saveTried(serverID int64, failure string, doubted bool) error {
	return tx.Exec(`INSERT INTO server_state (server_id, tried_at, failure, doubted, sync, validated_at, validation)
		VALUES ($1, $2, $3, $4, '', 0, '') ON CONFLICT (server_id) DO UPDATE SET tried_at = excluded.tried_at,
		failure = excluded.failure, doubted = excluded.doubted`, serverID, tx.by.At.UnixMicro(), failure, doubted)
}

// SaveValidation stores the report of a validation, as JSON.
func (tx *Tx) SaveValidation(serverID int64, report string) error {
	return tx.Exec(`INSERT INTO server_state (server_id, tried_at, failure, doubted, sync, validated_at, validation)
		VALUES ($1, 0, '', FALSE, '', $2, $3) ON CONFLICT (server_id) DO UPDATE SET validated_at = excluded.validated_at,
		validation = excluded.validation`, serverID, tx.by.At.UnixMicro(), report)
}
