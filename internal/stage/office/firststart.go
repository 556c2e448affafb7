package office

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/store"
)

// FirstLinkLife is how long the link that makes the first operator is good.
const FirstLinkLife = 24 * time.Hour

// FirstLink returns the token of a new one-time link that makes the first operator, or "" when there is an operator
// already. Links from before it are void. Only a hash of it is stored.
func FirstLink(ctx context.Context, db *store.DB, by store.By) (token string, err error) {
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		exist, err := tx.HasOperators()
		if err != nil || exist {
			return err
		}
		token = rand.Text()
		return tx.SaveLink(tokenHash(token), by.At.Add(FirstLinkLife).UnixMicro())
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

var errLink = fault.New(fault.NotFound, "This link is not good any more: it was used, or it has expired. Start postmeter serve again for a new one.")

// CheckFirstLink returns a NotFound fault for a link that was used or has expired.
func CheckFirstLink(ctx context.Context, db *store.DB, now time.Time, token string) error {
	return db.Read(ctx, func(s *store.Snapshot) error { return checkLink(s, now, token) })
}

func checkLink(s *store.Snapshot, now time.Time, token string) error {
	good, err := s.LinkGood(tokenHash(token), now.UnixMicro())
	if err == nil && !good {
		return errLink
	}
	return err
}

// MakeFirst makes the first operator, an administrator, for whoever has the link. The link is used up by it.
func MakeFirst(ctx context.Context, db *store.DB, now time.Time, token, name, password string) (operator.Operator, error) {
	n := NewOperator{Name: name, Role: operator.Administrator, Password: password}
	if err := n.check(); err != nil {
		return operator.Operator{}, err
	}
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return operator.Operator{}, fmt.Errorf("hash a password: %w", err)
	}
	row := store.OperatorRow{Operator: operator.Operator{Name: name, Role: operator.Administrator, Active: true}, PasswordHash: hash}
	err = db.Write(ctx, store.By{Actor: name, At: now}, func(tx *store.Tx) error {
		if err := tx.Lock("operators", 0); err != nil {
			return err
		}
		exist, err := tx.HasOperators()
		if err != nil {
			return err
		}
		if exist {
			return errLink
		}
		if err := checkLink(&tx.Snapshot, now, token); err != nil {
			return err
		}
		if err := tx.UseLinks(); err != nil {
			return err
		}
		return insertOperator(tx, &row)
	})
	return row.Operator, err
}

// tokenHash is what is kept of a token that has enough chance in it.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
