package office

import (
	"context"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
)

// maxNote is the longest note about a customer, in characters.
const maxNote = 4000

// AddNote writes a note into the history of a customer. It cannot be edited.
func AddNote(ctx context.Context, db *store.DB, by store.By, customerID int64, text string) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return fault.At("note", "is empty")
	case utf8.RuneCountInString(text) > maxNote:
		return fault.At("note", "has %d characters: at most %d are taken", utf8.RuneCountInString(text), maxNote)
	}
	return db.Write(ctx, by, func(tx *store.Tx) error {
		found, err := tx.CustomersByID([]int64{customerID})
		if err != nil || len(found) == 0 {
			return orMissing(err, "customer")
		}
		return tx.Record(store.Change{CustomerID: customerID, Entity: "note", EntityID: customerID, Action: "written", After: map[string]string{"note": text}})
	})
}
