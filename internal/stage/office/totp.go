package office

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/store"
)

// Limits of the second factor.
const (
	totpPeriod    = 30 // seconds that a code is shown
	totpSkew      = 1  // codes before and after it that are taken, for clocks that are not exact
	recoveryCodes = 10
)

var (
	totpOptions  = totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	totpThrottle = operator.Throttle{Every: time.Minute, Burst: 8}
)

func totpAbout(operatorID int64) string {
	return "operator/" + strconv.FormatInt(operatorID, 10) + "/totp"
}

// NewTOTP makes a key for a second factor. It counts once ConfirmTOTP has seen a code of it.
func NewTOTP(name string) (*otp.Key, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Postmeter", AccountName: name, Period: totpPeriod})
	if err != nil {
		return nil, fmt.Errorf("make a key of a second factor: %w", err)
	}
	return key, nil
}

// ConfirmTOTP switches the second factor on for an operator who shows a code of it, and returns the recovery codes.
// They are shown this once; hashes are kept.
func ConfirmTOTP(ctx context.Context, db *store.DB, by store.By, vault Vault, o operator.Operator, secret, code string) ([]string, error) {
	step, good, err := totpStep(secret, code, by.At)
	if err != nil || !good {
		return nil, fault.List{fault.At("code", "is not the code that the app shows now")}
	}
	codes, hashes := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text()[:16])
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		hashes[i] = tokenHash(text)
	}
	return codes, db.Write(ctx, by, func(tx *store.Tx) error {
		if vault == nil {
			return errNoKey
		}
		if err := checkKey(tx, vault); err != nil {
			return err
		}
		sealed, err := vault.Seal(secret, totpAbout(o.ID))
		if err != nil {
			return err
		}
		if err := tx.SaveTOTP(o.ID, sealed, step, hashes); err != nil {
			return err
		}
		return tx.Record(store.Change{Entity: "operator", EntityID: o.ID, Action: "second factor switched on"})
	})
}

// RemoveTOTP switches the second factor off.
func RemoveTOTP(ctx context.Context, db *store.DB, by store.By, operatorID int64) error {
	return db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.SaveTOTP(operatorID, nil, 0, nil); err != nil {
			return err
		}
		return tx.Record(store.Change{Entity: "operator", EntityID: operatorID, Action: "second factor switched off"})
	})
}

// SecondFactor checks the code of an operator whose password was right: one of the app, or a recovery code. Each is
// taken once. A wrong one is a Denied fault.
func SecondFactor(ctx context.Context, db *store.DB, now time.Time, vault Vault, operatorID int64, code string) (o operator.Operator, err error) {
	name := totpAbout(operatorID)
	if err := try(ctx, db, now, map[string]operator.Throttle{name: totpThrottle}); err != nil {
		return o, err
	}
	by, err := asOperator(ctx, db, operatorID, now)
	if err != nil {
		return o, err
	}
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.Lock("operators", operatorID); err != nil {
			return err
		}
		row, found, err := tx.Operator(operatorID)
		if err != nil {
			return err
		}
		if !found || !row.Active || row.TOTPSealed == nil || vault == nil {
			return errSignIn
		}
		if err := useCode(tx, &row, vault, code, now); err != nil {
			return err
		}
		o = row.Operator
		return tx.ClearThrottle(name)
	})
	return o, err
}

// asOperator is an operator as the actor of a change: whoever knows the password acts as the operator.
func asOperator(ctx context.Context, db *store.DB, operatorID int64, now time.Time) (store.By, error) {
	by := store.By{Actor: "web", At: now}
	return by, db.Read(ctx, func(s *store.Snapshot) error {
		row, found, err := s.Operator(operatorID)
		if found {
			by.Actor = row.Name
		}
		return err
	})
}

func useCode(tx *store.Tx, row *store.OperatorRow, vault Vault, code string, now time.Time) error {
	plain := strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
	if i := slices.Index(row.Recovery, tokenHash(plain)); i >= 0 {
		left := slices.Delete(row.Recovery, i, i+1)
		if err := tx.SaveTOTP(row.ID, row.TOTPSealed, row.TOTPStep, left); err != nil {
			return err
		}
		return tx.Record(store.Change{Entity: "operator", EntityID: row.ID, Action: "recovery code used",
			After: map[string]any{"left": len(left)}})
	}
	secret, err := vault.Open(row.TOTPSealed, totpAbout(row.ID))
	if err != nil {
		return err
	}
	step, good, err := totpStep(secret, plain, now)
	if err != nil || !good || step <= row.TOTPStep {
		return fault.New(fault.Denied, "The code is wrong, or was used already. Wait for the next one.")
	}
	return tx.SaveTOTP(row.ID, row.TOTPSealed, step, row.Recovery)
}

// totpStep says of which time step a code is.
func totpStep(secret, code string, now time.Time) (step int64, good bool, err error) {
	for skew := -totpSkew; skew <= totpSkew; skew++ {
		at := now.Add(time.Duration(skew*totpPeriod) * time.Second)
		good, err := totp.ValidateCustom(code, secret, at, totpOptions)
		if err != nil {
			return 0, false, err
		}
		if good {
			return at.Unix() / totpPeriod, true, nil
		}
	}
	return 0, false, nil
}
