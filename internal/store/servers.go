package store

import "postmeter/internal/domain/hosting"

// Servers returns all servers by name.
func (s *Snapshot) Servers() ([]hosting.Server, error) {
	feeds, err := s.feeds()
	if err != nil {
		return nil, err
	}
	var out []hosting.Server
	for row, err := range s.rows(`SELECT id, name, host, kind, url, username, time_zone, comments, billed_source, service_senders, average_bytes
		FROM server ORDER BY name`) {
		if err != nil {
			return nil, err
		}
		var v hosting.Server
		var senders string
		if err := row.Scan(&v.ID, &v.Name, &v.Host, &v.Kind, &v.URL, &v.User, &v.TimeZone, &v.Comments, &v.BilledSource, &senders, &v.AverageBytes); err != nil {
			return nil, err
		}
		if v.ServiceSenders, err = textsFrom(senders); err != nil {
			return nil, err
		}
		v.Logs = feeds[v.ID]
		out = append(out, v)
	}
	return out, nil
}

// InsertServer stores a new server and sets its id.
func (tx *Tx) InsertServer(v *hosting.Server) error {
	senders, err := textsJSON(v.ServiceSenders)
	if err != nil {
		return err
	}
	if v.ID, err = tx.NewIDs("server", 1); err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO server (id, name, host, kind, url, username, time_zone, comments, billed_source, service_senders, average_bytes, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`,
		v.ID, v.Name, v.Host, v.Kind, v.URL, v.User, v.TimeZone, v.Comments, v.BilledSource, senders, v.AverageBytes)
	if err != nil {
		return err
	}
	return tx.setFeeds(v.ID, v.Logs)
}

// UpdateServer stores a changed server.
func (tx *Tx) UpdateServer(v *hosting.Server) error {
	senders, err := textsJSON(v.ServiceSenders)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE server SET name = $2, host = $3, kind = $4, url = $5, username = $6, time_zone = $7, comments = $8,
		billed_source = $9, service_senders = $10, average_bytes = $11, revision = revision + 1 WHERE id = $1`,
		v.ID, v.Name, v.Host, v.Kind, v.URL, v.User, v.TimeZone, v.Comments, v.BilledSource, senders, v.AverageBytes)
	if err != nil {
		return err
	}
	return tx.setFeeds(v.ID, v.Logs)
}
