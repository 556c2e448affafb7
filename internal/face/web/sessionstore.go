package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"postmeter/internal/store"
)

// sessionStore is what scs keeps sessions in: a table, on both engines. Only hashes of tokens are stored. What is
// listed of a session stands in columns of its own, taken from its values.
type sessionStore struct{ site *Site }

var errNoContext = errors.New("a session was used outside of a request")

// Find is never called: scs prefers FindCtx.
func (s sessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is never called: scs prefers CommitCtx.
func (s sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is never called: scs prefers DeleteCtx.
func (s sessionStore) Delete(string) error { return errNoContext }

// FindCtx returns the values of a session that is neither expired nor idle for too long.
func (s sessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	now := s.site.Now()
	err = s.site.DB.Read(ctx, func(snapshot *store.Snapshot) error {
		v, known, err := snapshot.Session(tokenHash(token), now.UnixMicro())
		if known && now.Sub(time.UnixMicro(v.Seen)) < sessionIdle {
			data, found = v.Data, true
		}
		return err
	})
	return data, found, err
}

// CommitCtx stores the values of a session.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	now := s.site.Now()
	v := &store.Session{Token: tokenHash(token), Data: data, Seen: now.UnixMicro(), Expires: now.Add(sessionLife).UnixMicro()}
	// What is absent is zero.
	v.OperatorID, _ = values[keyOperator].(int64)
	v.Started, _ = values[keyStarted].(int64)
	v.Address, _ = values[keyAddress].(string)
	v.Agent, _ = values[keyAgent].(string)
	v.Agent = strings.ToValidUTF8(strings.ReplaceAll(v.Agent, "\x00", ""), "")
	return s.site.DB.Write(ctx, store.By{Actor: "web", At: now}, func(tx *store.Tx) error { return tx.SaveSession(v) })
}

// DeleteCtx ends a session.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.site.DB.Write(ctx, store.By{Actor: "web", At: s.site.Now()}, func(tx *store.Tx) error {
		return tx.EndSession(tokenHash(token))
	})
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
