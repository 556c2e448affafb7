package demo

import (
	"bytes"
	"fmt"
)

// reports is a file of records that come from no log: readings of members, and a delivery that a program reported and
// later put right.
func reports() []byte {
	var b bytes.Buffer
	for day := 1; day <= daysOfMonth; day++ {
		reading := func(list string, members int) {
			fmt.Fprintf(&b, `{"server":"lists1","site":"dogwood.example","list":%q,"day":"2026-09-%02d","members":%d}`+"\n", list, day, members)
		}
		if day%7 == 1 || day == daysOfMonth {
			reading("students", 1290+4*day)
			reading("faculty", 210+day/10)
		}
	}
	b.WriteString(`{"id":"letter-1","server":"lists1","site":"maple.example","list":"circle","at":"2026-09-20T15:00:00Z","bytes":9216,"recipients":262}
{"id":"letter-1a","corrects":"letter-1","reason":"eleven addresses were in the batch twice","server":"lists1","site":"maple.example","list":"circle","at":"2026-09-20T15:00:00Z","bytes":9216,"recipients":-11}
`)
	return b.Bytes()
}
