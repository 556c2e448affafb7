package office

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/store"
)

// nobodysHash is compared with when no operator has the name, so that the answer takes as long. It fits no password
// that may be given.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Vh7FX9rlUNLVJYOCAVYc8nOPH5TFjnbHwlpmX0sTL0w"

// errSignIn does not say which of both is wrong.
var errSignIn = fault.New(fault.Denied, "The name or the password is wrong.")

// SignIn returns the operator of a name and password. A wrong one is a Denied fault, too many tries a Busy one. Of an
// operator with a second factor, SecondFactor must be asked too.
func SignIn(ctx context.Context, db *store.DB, now time.Time, name, password, address string) (operator.Operator, error) {
	tries := "name/" + operator.Key(name[:min(len(name), operator.MaxNameBytes)])
	if err := try(ctx, db, now, map[string]operator.Throttle{tries: operator.ByName, "address/" + address: operator.ByAddress}); err != nil {
		return operator.Operator{}, err
	}
	var row store.OperatorRow
	err := db.Read(ctx, func(s *store.Snapshot) (err error) {
		row, _, err = s.OperatorByName(name)
		return err
	})
	if err != nil {
		return operator.Operator{}, err
	}
	hash := row.PasswordHash
	if hash == "" {
		hash = nobodysHash
	}
	good, err := argon2id.ComparePasswordAndHash(cut(password), hash)
	if err != nil {
		return operator.Operator{}, fmt.Errorf("compare a password: %w", err)
	}
	if !good || row.ID == 0 || !row.Active {
		return operator.Operator{}, errSignIn
	}
	return row.Operator, forget(ctx, db, now, tries)
}

// try counts a try under each name, and refuses it when there were too many. They are counted in the database, so that
// all nodes count together.
func try(ctx context.Context, db *store.DB, now time.Time, throttles map[string]operator.Throttle) error {
	by := store.By{Actor: "web", At: now}
	var wait time.Duration
	err := db.Write(ctx, by, func(tx *store.Tx) error {
		for name, throttle := range throttles {
			free, err := tx.ThrottledUntil(name)
			if err != nil {
				return err
			}
			next, longer, allowed := throttle.Try(now, time.UnixMicro(free))
			if !allowed {
				wait = max(wait, longer)
				continue
			}
			if err := tx.SaveThrottle(name, next.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && wait > 0 {
		err = fault.New(fault.Busy, "There were too many tries. The next one is possible in %s.", inWords(wait))
	}
	return err
}

func forget(ctx context.Context, db *store.DB, now time.Time, name string) error {
	return db.Write(ctx, store.By{Actor: "web", At: now}, func(tx *store.Tx) error { return tx.ClearThrottle(name) })
}

func inWords(wait time.Duration) string {
	if seconds := int((wait + time.Second - 1) / time.Second); seconds < 100 {
		return fmt.Sprintf("%d seconds", seconds)
	}
	return fmt.Sprintf("%d minutes", int(wait/time.Minute)+1)
}
