package store

import (
	"time"

	"postmeter/internal/domain/settings"
)

// Settings returns the provider's settings; those that were never saved have their defaults.
func (s *Snapshot) Settings() (settings.Settings, error) {
	out := settings.Default()
	for row, err := range s.rows(`SELECT name, value FROM setting`) {
		if err != nil {
			return out, err
		}
		var name, value string
		if err := row.Scan(&name, &value); err != nil {
			return out, err
		}
		if _, err := out.Put(name, value); err != nil {
			return out, err
		}
	}
	return out, nil
}

// Zone returns the billing time zone.
func (s *Snapshot) Zone() (*time.Location, error) {
	name := settings.Default().TimeZone
	if _, err := s.one(`SELECT value FROM setting WHERE name = 'time_zone'`, nil, &name); err != nil {
		return nil, err
	}
	return time.LoadLocation(name)
}

// SaveSettings stores what differs from what is stored, and records each change. Only a change that shows on bills
// raises the settings' revision. It reports whether anything changed.
func (tx *Tx) SaveSettings(to settings.Settings) (changed bool, err error) {
	from, err := tx.Settings()
	if err != nil {
		return false, err
	}
	bills := false
	before, after := from.Changes(to)
	for name, value := range after {
		if err := tx.Exec(`INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value); err != nil {
			return false, err
		}
		bills = bills || settings.ChangesBills(name)
	}
	if len(after) == 0 {
		return false, nil
	}
	if bills {
		if _, err := tx.Bump("settings"); err != nil {
			return false, err
		}
	}
	return true, tx.Record(Change{Entity: "settings", Action: "changed", Before: settings.History(before), After: settings.History(after)})
}
