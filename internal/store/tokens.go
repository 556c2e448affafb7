package store

import (
	"encoding/json"
	"strconv"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/fault"
)

const tokenColumns = `SELECT t.id, t.name, t.scopes, coalesce(t.server_id, 0), coalesce(s.name, ''), t.created_at, t.expires_at, t.revoked_at, t.used_at ` +
	`FROM api_token t LEFT JOIN server s ON s.id = t.server_id `

func scanToken(scan func(...any) error) (t apitoken.Token, err error) {
	var scopes string
	if err := scan(&t.ID, &t.Name, &scopes, &t.ServerID, &t.Server, &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt, &t.UsedAt); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(scopes), &t.Scopes)
}

// Tokens returns the tokens that are not revoked, by name; with all, the revoked ones too.
func (s *Snapshot) Tokens(all bool) ([]apitoken.Token, error) {
	where := `WHERE t.revoked_at = 0 `
	if all {
		where = ""
	}
	var out []apitoken.Token
	for row, err := range s.rows(tokenColumns + where + `ORDER BY t.name, t.id`) {
		if err != nil {
			return nil, err
		}
		t, err := scanToken(row.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// TokenByHash returns the token whose secret has a hash, whether it is valid or not.
func (s *Snapshot) TokenByHash(hash []byte) (t apitoken.Token, found bool, err error) {
	for row, err := range s.rows(tokenColumns+`WHERE t.hash = $1`, hash) {
		if err != nil {
			return t, false, err
		}
		if t, err = scanToken(row.Scan); err != nil {
			return t, false, err
		}
		found = true
	}
	return t, found, nil
}

// AddToken stores a new token and sets its id. A name that is taken is a Conflict fault.
func (tx *Tx) AddToken(t *apitoken.Token, hash []byte) error {
	taken, err := tx.one(`SELECT id FROM api_token WHERE name = $1 AND revoked_at = 0`, []any{t.Name}, new(int64))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "there is a token %q already: give it another name, or revoke that one first", t.Name)
	}
	if t.ID, err = tx.NewIDs("api_token", 1); err != nil {
		return err
	}
	scopes, err := toJSON(t.Scopes)
	if err != nil {
		return err
	}
	var server any
	if t.ServerID != 0 {
		server = t.ServerID
	}
	t.CreatedAt = tx.by.At.UnixMicro()
	if err := tx.Exec(`INSERT INTO api_token (id, name, hash, scopes, server_id, created_at, expires_at, revoked_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)`, t.ID, t.Name, hash, scopes, server, t.CreatedAt, t.ExpiresAt); err != nil {
		return err
	}
	after := map[string]string{"name": t.Name, "scopes": scopes}
	if t.Server != "" {
		after["server"] = t.Server
	}
	if t.ExpiresAt != 0 {
		after["expires_at"] = strconv.FormatInt(t.ExpiresAt, 10)
	}
	return tx.Record(Change{Entity: "token", EntityID: t.ID, Action: "created", After: after})
}

// RevokeToken ends a token for good. One that is not there is a NotFound fault.
func (tx *Tx) RevokeToken(name string) error {
	var id int64
	found, err := tx.one(`UPDATE api_token SET revoked_at = $2 WHERE name = $1 AND revoked_at = 0 RETURNING id`,
		[]any{name, tx.by.At.UnixMicro()}, &id)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "there is no token %q: see \"postmeter token list\"", name)
	}
	return tx.Record(Change{Entity: "token", EntityID: id, Action: "revoked", Before: map[string]string{"name": name}})
}

// TouchToken notes that a token was used, unless somebody noted so since before (UTC microseconds).
func (tx *Tx) TouchToken(id, before int64) error {
	return tx.Exec(`UPDATE api_token SET used_at = $2 WHERE id = $1 AND used_at < $3`, id, tx.by.At.UnixMicro(), before)
}
