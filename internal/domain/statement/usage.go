package statement

import (
	"fmt"
	"math/big"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
)

// What the usage table counts, by whose count bills: the size of a message as it was posted is not that of what the mail
// server sends, and which of them bills is a setting of the list's server.
const (
	noteAsPosted = "Posts to the lists, the copies delivered to their members, each of which is a message, and the size of all copies together, as they were posted."
	noteAsSent   = "Copies that the mail server delivered to the lists' members, each of which counts as a message, and the size of all copies together, as it sent them."
	noteBoth     = "Posts to the lists, the copies delivered to their members, each of which is a message, and the size of all copies together, as they were posted; " +
		"of lists marked * as the mail server sent them."
)

// usage is the quiet table behind the lines: what each list sent.
func (b *composer) usage() (rows []UsageRow, note string) {
	asSent := 0
	for _, u := range b.facts.Usage {
		if u.Size == invoice.SizeAsSent {
			asSent++
		}
	}
	for _, u := range b.facts.Usage {
		row := UsageRow{
			List:     b.objects[u.Object],
			Messages: count(u.Messages), Recipients: count(u.Recipients), Volume: volume(u.Bytes),
		}
		if u.Object == "" {
			row.List = fmt.Sprintf("%s other lists", count(int64(u.Lists)))
		}
		if u.Size == invoice.SizeAsSent && asSent < len(b.facts.Usage) {
			row.List += " *"
		}
		if u.Members >= 0 {
			row.Members = count(u.Members)
		}
		rows = append(rows, row)
	}
	switch {
	case len(rows) == 0:
		return nil, ""
	case asSent == 0:
		return rows, noteAsPosted
	case asSent == len(rows):
		return rows, noteAsSent
	}
	return rows, noteBoth
}

// The sizes in which a volume is read, from the largest.
var volumeUnits = []struct {
	name string
	size int64
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}}

// volume writes bytes in the largest unit of which they are at least one, with two decimals.
func volume(bytes int64) string {
	size := bytes
	if size < 0 {
		size = -size
	}
	for _, u := range volumeUnits {
		if size >= u.size {
			return Thousands(big.NewRat(bytes, u.size).FloatString(2)) + " " + u.name
		}
	}
	return Thousands(money.FromInt(bytes).String()) + " bytes"
}
