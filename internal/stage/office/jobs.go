package office

import (
	"context"

	"postmeter/internal/store"
)

// AskJob asks a job to pause, to end, or to go on (store.AskPause and its siblings). What makes no sense in its state is a
// Conflict fault.
func AskJob(ctx context.Context, db *store.DB, by store.By, id int64, what string) error {
	return db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.AskJob(id, what); err != nil {
			return err
		}
		return tx.Record(store.Change{Entity: "job", EntityID: id, Action: "asked to " + what})
	})
}

// Enqueue gives work to the background and returns its job. While work of the same kind and key is not done, it is that
// one, and fresh is false.
func Enqueue(ctx context.Context, db *store.DB, by store.By, n store.NewJob) (id int64, fresh bool, err error) {
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		id, fresh, err = tx.Enqueue(n)
		return err
	})
	return id, fresh, err
}
