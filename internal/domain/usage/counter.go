package usage

import "postmeter/internal/domain/fault"

// Tally is what a server's own counter shows of a list or a campaign: totals since that began. Its growth is usage.
type Tally struct {
	Messages       int64
	Recipients     int64 // of all messages together
	Bytes          int64 // of one copy of each message
	RecipientBytes int64 // of all copies
}

// Since returns how much a counter has grown since an earlier reading; ok is false if any of its figures went back.
func (t Tally) Since(before Tally) (growth Tally, ok bool) {
	growth = Tally{t.Messages - before.Messages, t.Recipients - before.Recipients, t.Bytes - before.Bytes, t.RecipientBytes - before.RecipientBytes}
	return growth, growth.Messages >= 0 && growth.Recipients >= 0 && growth.Bytes >= 0 && growth.RecipientBytes >= 0
}

// CheckGrowth says why growth between two readings cannot be what was sent, as an Invalid fault.
func (t Tally) CheckGrowth() error {
	switch {
	case t.Recipients > MaxRecipients || t.RecipientBytes > MaxRecipientBytes:
		return fault.New(fault.Invalid, "grew by %d recipients and %d bytes, which is more than any list can send", t.Recipients, t.RecipientBytes)
	case t.Recipients == 0 && t.RecipientBytes > 0:
		return fault.New(fault.Invalid, "grew by %d bytes to no recipients", t.RecipientBytes)
	case t.Bytes/max(t.Messages, 1) > MaxBytes:
		return fault.New(fault.Invalid, "grew by %d messages of %d bytes, and no message is so large", t.Messages, t.Bytes)
	case t.Recipients > 0 && t.RecipientBytes/t.Recipients >= MaxBytes:
		return fault.New(fault.Invalid, "grew by %d bytes to %d recipients, and no message is so large", t.RecipientBytes, t.Recipients)
	}
	return nil
}

// Part is one of the records that growth is kept as.
type Part struct{ Recipients, Bytes int64 }

// MaxParts is how many records one growth is kept as at most. The messages beyond are in its recipients and bytes.
const MaxParts = 1000

// Parts returns growth as records: as many as there were messages, up to MaxParts, whose recipients and recipients ×
// bytes add up to exactly those of the growth. A single message is kept as it was; of several that were sent between
// two readings only the average size is known, so sizes that differ by a byte take up what does not divide.
func (t Tally) Parts() []Part {
	messages := min(max(t.Messages, 1), MaxParts)
	if t.Recipients == 0 {
		return spread(nil, 0, messages, t.Bytes/max(t.Messages, 1))
	}
	size, larger := t.RecipientBytes/t.Recipients, t.RecipientBytes%t.Recipients
	smaller := t.Recipients - larger
	if larger == 0 {
		return spread(nil, t.Recipients, min(messages, t.Recipients), size)
	}
	messages = max(messages, 2)
	first := min(max(messages*larger/t.Recipients, 1), messages-1, larger)
	return spread(spread(nil, larger, first, size+1), smaller, min(messages-first, smaller), size)
}

// spread appends recipients of messages of one size, as evenly as can be.
func spread(out []Part, recipients, messages, bytes int64) []Part {
	each, more := recipients/messages, recipients%messages
	for i := range messages {
		n := each
		if i < more {
			n++
		}
		out = append(out, Part{n, bytes})
	}
	return out
}
