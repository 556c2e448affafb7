package office

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
)

// Secrets of tokens.
const (
	tokenPrefix = "pmt_" // so that a leaked one is recognised
	tokenBytes  = 32     // of randomness: with so many, a fast hash cannot be reversed by trying
	tokenRough  = time.Minute
)

// AddToken makes a token of the API and returns its secret, which nobody can show again. t names the server by its name.
func AddToken(ctx context.Context, db *store.DB, by store.By, t *apitoken.Token) (secret string, err error) {
	random := make([]byte, tokenBytes)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	return secret, db.Write(ctx, by, func(tx *store.Tx) error {
		if err := findServer(&tx.Snapshot, t); err != nil {
			return err
		}
		if err := t.Check(); err != nil {
			return err
		}
		if t.ExpiresAt != 0 && t.ExpiresAt <= by.At.UnixMicro() {
			return fault.At("expires", "is in the past")
		}
		return tx.AddToken(t, hashToken(secret))
	})
}

func findServer(s *store.Snapshot, t *apitoken.Token) error {
	if t.Server == "" {
		return nil
	}
	servers, err := s.Servers()
	if err != nil {
		return err
	}
	for _, server := range servers {
		if server.Name == t.Server {
			t.ServerID = server.ID
			return nil
		}
	}
	return fault.New(fault.NotFound, "there is no server %q: import it first", t.Server)
}

func hashToken(secret string) []byte {
	hash := sha256.Sum256([]byte(secret))
	return hash[:]
}

// RevokeToken ends a token for good.
func RevokeToken(ctx context.Context, db *store.DB, by store.By, name string) error {
	return db.Write(ctx, by, func(tx *store.Tx) error { return tx.RevokeToken(name) })
}

// Tokens returns the tokens that are not revoked, by name; with all, the revoked ones too.
func Tokens(ctx context.Context, db *store.DB, all bool) (out []apitoken.Token, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		out, err = s.Tokens(all)
		return err
	})
	return out, err
}

// TokenOf returns the token of a secret that is valid now. Without one it is a Denied fault, which does not say whether
// a secret was close.
func TokenOf(ctx context.Context, db *store.DB, now time.Time, secret string) (t apitoken.Token, err error) {
	found := false
	if strings.HasPrefix(secret, tokenPrefix) {
		err = db.Read(ctx, func(s *store.Snapshot) (err error) {
			t, found, err = s.TokenByHash(hashToken(secret))
			return err
		})
	}
	switch {
	case err != nil:
		return t, err
	case !found:
		return t, fault.New(fault.Denied, "the token is not known: make one with \"postmeter token add\"")
	}
	err = t.Valid(now.UnixMicro())
	return t, err
}

// TouchToken notes that a token was used, at most once a minute.
func TouchToken(ctx context.Context, db *store.DB, now time.Time, t *apitoken.Token) error {
	before := now.Add(-tokenRough).UnixMicro()
	if t.UsedAt >= before {
		return nil
	}
	return db.Write(ctx, store.By{Actor: "token " + t.Name, At: now}, func(tx *store.Tx) error { return tx.TouchToken(t.ID, before) })
}
