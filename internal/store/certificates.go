package store

// Certificate returns a sealed value of the cache of certificates, nil if it is not there.
func (s *Snapshot) Certificate(name string) (sealed []byte, err error) {
	_, err = s.one(`SELECT sealed FROM certificate_cache WHERE name = $1`, []any{name}, &sealed)
	return sealed, err
}

// SaveCertificate stores a sealed value of the cache of certificates.
func (tx *Tx) SaveCertificate(name string, sealed []byte) error {
	return tx.Exec(`INSERT INTO certificate_cache (name, sealed, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at`, name, sealed, tx.by.At.UnixMicro())
}

// DropCertificate takes a value out of the cache of certificates.
func (tx *Tx) DropCertificate(name string) error {
	return tx.Exec(`DELETE FROM certificate_cache WHERE name = $1`, name)
}
