package office

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/store"
)

// OperatorByID reads one operator. It is NotFound when there is none.
func OperatorByID(ctx context.Context, db *store.DB, id int64) (operator.Operator, error) {
	row, err := operatorRow(ctx, db, id)
	return row.Operator, err
}

// ChangeOperator gives an operator another role, or ends or lets in the operator. Who is ended is signed out everywhere. The
// last administrator stays one: otherwise nobody could make another.
func ChangeOperator(ctx context.Context, db *store.DB, by store.By, id int64, role operator.Role, active bool) error {
	return db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.Lock("operators", 0); err != nil {
			return err
		}
		row, found, err := tx.Operator(id)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "this operator does not exist any more")
		}
		after := row.Operator
		after.Role, after.Active = role, active
		if after == row.Operator {
			return nil
		}
		if err := keepsAdministrator(tx, &after); err != nil {
			return err
		}
		if err := tx.UpdateOperator(&after); err != nil {
			return err
		}
		if !active {
			if err := tx.EndSessions(id, ""); err != nil {
				return err
			}
		}
		return tx.Record(store.Change{Entity: "operator", EntityID: id, Action: "changed", Before: operatorFields(&row.Operator), After: operatorFields(&after)})
	})
}

// keepsAdministrator refuses a change after which nobody would be an active administrator.
func keepsAdministrator(tx *store.Tx, after *operator.Operator) error {
	if after.Active && after.Role == operator.Administrator {
		return nil
	}
	all, err := tx.Operators()
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ID != after.ID && all[i].Active && all[i].Role == operator.Administrator {
			return nil
		}
	}
	return fault.List{fault.At("role", "is that of the last administrator: make another one first")}
}

func operatorFields(o *operator.Operator) map[string]any {
	return map[string]any{"role": o.Role.String(), "active": o.Active}
}
