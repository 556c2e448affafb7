package store

import "encoding/base64"

// smtpPassword is the setting that holds the sealed password of the mail server, as base64.
const smtpPassword = "smtp.password_sealed"

// HasSecrets says whether anything in the database is sealed with the key of the secrets.
func (s *Snapshot) HasSecrets() (bool, error) {
	return s.one(`SELECT 1 FROM server WHERE secret_sealed IS NOT NULL UNION ALL SELECT 1 FROM setting WHERE name = $1
		UNION ALL SELECT 1 FROM certificate_cache UNION ALL SELECT 1 FROM operator WHERE totp_sealed IS NOT NULL LIMIT 1`,
		[]any{smtpPassword}, new(int64))
}

// ServerSecret returns the sealed password or token of a server, nil if it has none.
func (s *Snapshot) ServerSecret(id int64) ([]byte, error) {
	var sealed []byte
	_, err := s.one(`SELECT secret_sealed FROM server WHERE id = $1`, []any{id}, &sealed)
	return sealed, err
}

// AnyServerSecret returns one sealed password or token, and whose it is; nil if there is none.
func (s *Snapshot) AnyServerSecret() (serverID int64, sealed []byte, err error) {
	_, err = s.one(`SELECT id, secret_sealed FROM server WHERE secret_sealed IS NOT NULL ORDER BY id LIMIT 1`, nil, &serverID, &sealed)
	return serverID, sealed, err
}

// SaveServerSecret stores the sealed password or token of a server; nil takes it away.
func (tx *Tx) SaveServerSecret(id int64, sealed []byte) error {
	return tx.Exec(`UPDATE server SET secret_sealed = $2, revision = revision + 1 WHERE id = $1`, id, sealed)
}

// SMTPSecret returns the sealed password of the mail server, nil if there is none.
func (s *Snapshot) SMTPSecret() ([]byte, error) {
	var text string
	found, err := s.one(`SELECT value FROM setting WHERE name = $1`, []any{smtpPassword}, &text)
	if err != nil || !found {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// SaveSMTPSecret stores the sealed password of the mail server; nil takes it away.
func (tx *Tx) SaveSMTPSecret(sealed []byte) error {
	if sealed == nil {
		return tx.Exec(`DELETE FROM setting WHERE name = $1`, smtpPassword)
	}
	return tx.Exec(`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		smtpPassword, base64.StdEncoding.EncodeToString(sealed))
}
