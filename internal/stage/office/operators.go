package office

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/store"
)

// hashing says how much work a password costs: 19 MiB and two passes, on one core.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// NewOperator is what makes an operator.
type NewOperator struct {
	Name     string
	Role     operator.Role
	Password string
}

// check finds what is wrong with a new operator, field by field.
func (n *NewOperator) check() error {
	var faults fault.List
	faults.AddError("name", operator.CheckName(n.Name))
	faults.AddError("password", operator.CheckPassword(n.Password, n.Name))
	if !n.Role.May(operator.Viewer) {
		faults.Add("role", "is missing: choose one")
	}
	return faults.Err()
}

// AddOperator makes an operator. Faults are those of name, role and password.
func AddOperator(ctx context.Context, db *store.DB, by store.By, n NewOperator) (operator.Operator, error) {
	if err := n.check(); err != nil {
		return operator.Operator{}, err
	}
	hash, err := argon2id.CreateHash(n.Password, hashing)
	if err != nil {
		return operator.Operator{}, fmt.Errorf("hash a password: %w", err)
	}
	row := store.OperatorRow{Operator: operator.Operator{Name: n.Name, Role: n.Role, Active: true}, PasswordHash: hash}
	err = db.Write(ctx, by, func(tx *store.Tx) error { return insertOperator(tx, &row) })
	return row.Operator, err
}

func insertOperator(tx *store.Tx, row *store.OperatorRow) error {
	if err := tx.Lock("operators", 0); err != nil {
		return err
	}
	_, taken, err := tx.OperatorByName(row.Name)
	if err != nil {
		return err
	}
	if taken {
		return fault.List{fault.At("name", "is the name of another operator")}
	}
	if err := tx.InsertOperator(row); err != nil {
		return err
	}
	return tx.Record(store.Change{Entity: "operator", EntityID: row.ID, Action: "created",
		After: map[string]any{"name": row.Name, "role": row.Role.String()}})
}

// SetPassword gives an operator a new password, and ends the operator's sessions but one, which may be empty.
func SetPassword(ctx context.Context, db *store.DB, by store.By, name, password, keepSession string) error {
	var faults fault.List
	faults.AddError("password", operator.CheckPassword(password, name))
	if err := faults.Err(); err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return fmt.Errorf("hash a password: %w", err)
	}
	return db.Write(ctx, by, func(tx *store.Tx) error {
		row, found, err := tx.OperatorByName(name)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "there is no operator %q", name)
		}
		if err := tx.SavePassword(row.ID, hash); err != nil {
			return err
		}
		if err := tx.EndSessions(row.ID, keepSession); err != nil {
			return err
		}
		return tx.Record(store.Change{Entity: "operator", EntityID: row.ID, Action: "password changed"})
	})
}

// ChangePassword is SetPassword by the operator, who proves to know the old one.
func ChangePassword(ctx context.Context, db *store.DB, by store.By, o operator.Operator, old, password, keepSession string) error {
	row, err := operatorRow(ctx, db, o.ID)
	if err != nil {
		return err
	}
	good, err := argon2id.ComparePasswordAndHash(cut(old), row.PasswordHash)
	if err != nil {
		return fmt.Errorf("compare a password: %w", err)
	}
	if !good {
		return fault.List{fault.At("old", "is not your password")}
	}
	return SetPassword(ctx, db, by, o.Name, password, keepSession)
}

// EndSessions ends the sessions of an operator but one.
func EndSessions(ctx context.Context, db *store.DB, by store.By, operatorID int64, but string) error {
	return db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.EndSessions(operatorID, but); err != nil {
			return err
		}
		return tx.Record(store.Change{Entity: "operator", EntityID: operatorID, Action: "signed out everywhere"})
	})
}

// Operators lists who may sign in.
func Operators(ctx context.Context, db *store.DB) (all []operator.Operator, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err = s.Operators()
		return err
	})
	return all, err
}

func operatorRow(ctx context.Context, db *store.DB, id int64) (row store.OperatorRow, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		var found bool
		row, found, err = s.Operator(id)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "this operator does not exist any more")
		}
		return err
	})
	return row, err
}

// cut shortens what somebody typed as a password, so that hashing has a limit. No right one is that long.
func cut(password string) string {
	return password[:min(len(password), operator.MaxPasswordBytes+1)]
}
