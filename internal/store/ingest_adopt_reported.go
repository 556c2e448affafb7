package store

import "postmeter/internal/domain/usage"

// adoptReported moves the member readings of one name, and tells the ids of its records which list they belong to.
func (tx *Tx) adoptReported(serverID int64, key unknownKey, match usage.Match) error {
	for _, list := range match.Lists() {
		if err := tx.adoptKeys(serverID, list); err != nil {
			return err
		}
	}
	readings, err := tx.unknownReadings(serverID, key.text)
	if err != nil {
		return err
	}
	var found []Reading
	for _, r := range readings {
		if r.ListID, _ = match.On(r.Day); r.ListID == 0 {
			continue
		}
		found = append(found, r)
		err := tx.Exec(`DELETE FROM reading_unknown WHERE server_id = $1 AND list_key = $2 AND day = $3`, serverID, key.text, int64(r.Day))
		if err != nil {
			return err
		}
	}
	return tx.SetReadings(found)
}

func (s *Snapshot) unknownReadings(serverID int64, key string) ([]Reading, error) {
	var out []Reading
	for row, err := range s.rows(`SELECT day, members FROM reading_unknown WHERE server_id = $1 AND list_key = $2 ORDER BY day`, serverID, key) {
		if err != nil {
			return nil, err
		}
		var r Reading
		if err := row.Scan(&r.Day, &r.Members); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// adoptKeys finds the ids whose records are now those of a list, and says so.
func (tx *Tx) adoptKeys(serverID, list int64) error {
	var ids []string
	for row, err := range tx.rows(`SELECT k.record_id FROM usage_key k JOIN usage_record r
		ON r.list_id = $2 AND r.at = k.at AND r.generation_id = k.generation_id AND r.position = k.position
		WHERE k.server_id = $1 AND k.list_id = 0`, serverID, list) {
		if err != nil {
			return err
		}
		var id string
		if err := row.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		if err := tx.Exec(`UPDATE usage_key SET list_id = $3 WHERE server_id = $1 AND record_id = $2`, serverID, id, list); err != nil {
			return err
		}
	}
	return nil
}
