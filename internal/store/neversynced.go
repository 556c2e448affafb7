package store

// ServersNeverSynced returns the names of up to limit servers with an API that were never synced, by name.
func (s *Snapshot) ServersNeverSynced(limit int) (names []string, err error) {
	for row, err := range s.rows(`SELECT name FROM server WHERE synced_at IS NULL AND kind NOT IN ('manual', 'postfix') ORDER BY name LIMIT $1`, int64(limit)) {
		if err != nil {
			return nil, err
		}
		var name string
		if err := row.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}
