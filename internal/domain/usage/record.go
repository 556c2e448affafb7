package usage

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Record is one delivery that a log shows, or one record that was reported.
type Record struct {
	ListID     int64 // 0: its list is not known; Name says what it was called
	At         int64 // UTC microseconds, greater than 0
	Position   int64 // byte offset of its line in its generation
	Recipients int64 // that the message was handed over to; negative in a correction
	Bytes      int64 // of one message
	Hash       int64 // of its line
	Day        period.Date
	Name       int32 // index of the name that the log gives the list, in the batch's names
	Charged    bool  // false: service mail, counted and not charged
}

// Sources: whose count a record is. A server's setting says which of the first two bills.
const (
	FromListServer = "listserver" // the list server's log: sizes as posted
	FromMailServer = "mailserver" // the mail server's log: sizes as sent
	Reported       = "reported"   // reported by another system
)

// Limits of one record. What is beyond them is no mail, but a mistake or an attempt; it is refused, and so no sum
// can be made to wrap around by a single line.
const (
	MaxRecipients     = 1_000_000_000 // recipients of one delivery
	MaxBytes          = 1 << 40       // bytes of one message (1 TiB)
	MaxRecipientBytes = 1 << 53       // bytes that one delivery sent (8 PiB)
)

// bytesPerKB is the unit of size classes, in bytes.
const bytesPerKB = 1024

// SizeClass returns the size class of a message: its bytes rounded up to whole KB.
func SizeClass(bytes int64) int64 { return (bytes + bytesPerKB - 1) / bytesPerKB }

// CheckSize says what is wrong with the numbers of a record, as an Invalid fault.
func CheckSize(recipients, bytes int64) error {
	switch {
	case bytes < 0 || bytes > MaxBytes:
		return fault.At("bytes", "%d is no size of a message: it must be from 0 to %d", bytes, int64(MaxBytes))
	case recipients < -MaxRecipients || recipients > MaxRecipients:
		return fault.At("recipients", "%d is more than %d, the most that one delivery can have", recipients, int64(MaxRecipients))
	case TooLarge(recipients, bytes):
		return fault.At("recipients", "%d recipients of %d bytes are more than one delivery can send", recipients, bytes)
	}
	return nil
}

// TooLarge says whether recipients × bytes is more than one delivery can send. Both are within their own limits.
func TooLarge(recipients, bytes int64) bool {
	// Most are so small that there is nothing to divide.
	const small = 1 << 26
	return (bytes > small || abs(recipients) > small) && recipients != 0 && bytes > MaxRecipientBytes/abs(recipients)
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// messages says how many messages a record stands for. One that takes recipients back takes no message back: which
// of its recipients did not get it says nothing about the others.
func (r *Record) messages() int64 {
	if r.Recipients < 0 {
		return 0
	}
	return 1
}
