package office

import (
	"context"

	"postmeter/internal/store"
)

// WordsKind is the kind of the job that makes customers of an earlier program findable by all their words.
const WordsKind = "customers.words"

// wordsAtOnce is how many customers are done in one transaction, so that others who write wait a moment at most.
const wordsAtOnce = 500

// WordsLacking says whether there is work for FillWords, and for how many customers, most at most.
func WordsLacking(ctx context.Context, db *store.DB, most int64) (left int64, lacking bool, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		left, lacking, err = s.WordsLacking(most)
		return err
	})
	return left, lacking, err
}

// FillWords stores the words of customers that lack some, a batch after the other. What was cut off goes on where it was.
// progress is told of each batch.
func FillWords(ctx context.Context, db *store.DB, by func() store.By, progress func(customers int)) error {
	for more := true; more; {
		var done int
		err := db.Write(ctx, by(), func(tx *store.Tx) (err error) {
			done, more, err = tx.FillWords(wordsAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		progress(done)
	}
	return nil
}
