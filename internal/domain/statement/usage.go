package statement

import (
	"fmt"
	"math/big"

	"postmeter/internal/domain/money"
)

// usage is the quiet table behind the lines: what each list sent.
func (b *composer) usage() (rows []UsageRow, note string) {
	for _, u := range b.facts.Usage {
		row := UsageRow{
			List:     b.objects[u.Object],
			Messages: count(u.Messages), Recipients: count(u.Recipients), Volume: volume(u.Bytes),
		}
		if u.Object == "" {
			row.List = fmt.Sprintf("%s other lists", count(int64(u.Lists)))
		}
		if u.Members >= 0 {
			row.Members = count(u.Members)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, ""
	}
	return rows, "Messages sent to the lists, the copies delivered to their members, and the size of all copies together."
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
