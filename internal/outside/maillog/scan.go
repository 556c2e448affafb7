package maillog

import (
	"bytes"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
)

// Reasons for which a line is unparsed.
const (
	reasonForm      = "does not fit the format"
	reasonTime      = "its time does not exist"
	reasonNumbers   = "its numbers are larger than any mail"
	reasonRefused   = "more recipients refused than there were"
	reasonListName  = "the name of its list is longer than a name can be"
	reasonLong      = "is longer than a line can be"
	reasonNoFirst   = "no line before it of the same process and Message-ID says to how many it went"
	reasonNoSecond  = "no line after it of the same process and Message-ID says how large it was"
	reasonContinued = "begins with white space: it was written by a sender's folded Message-ID"
	reasonClockJump = "its time does not exist in the server's time zone: check that setting"
	reasonEpoch     = "its time is not after 1970"
)

// number reads the digits that text begins with, and returns the rest. ok is false without a digit. What is too large
// becomes a number beyond every limit.
func number(text []byte) (n int64, rest []byte, ok bool) {
	const beyond = 1 << 60
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		if n < beyond {
			n = n*10 + int64(text[i]-'0')
		}
		i++
	}
	return min(n, beyond), text[i:], i > 0
}

// two reads two digits at text[i:].
func two(text []byte, i int) (int, bool) {
	a, b := text[i]-'0', text[i+1]-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

// after returns the rest of text behind a literal that it must begin with.
func after(text []byte, literal string) ([]byte, bool) {
	if len(text) < len(literal) || string(text[:len(literal)]) != literal {
		return nil, false
	}
	return text[len(literal):], true
}

// word cuts the run of characters that are no white space off the beginning of text; ok is false without one.
func word(text []byte) (w, rest []byte, ok bool) {
	i := 0
	for i < len(text) && !isSpace(text[i]) {
		i++
	}
	return text[:i], text[i:], i > 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// seconds cuts the duration off the beginning of text: digits, point, e, signs.
func seconds(text []byte) (rest []byte, ok bool) {
	i := 0
	for i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] == '.' || text[i] == 'e' || text[i] == '+' || text[i] == '-') {
		i++
	}
	return text[i:], i > 0
}

// trimCR takes off the carriage return of a log that came by way of another system.
func trimCR(text []byte) []byte { return bytes.TrimSuffix(text, []byte("\r")) }

// check says what is wrong with an entry that fits the format; "" if nothing is.
func check(recipients, refused, size int64, list []byte) string {
	switch {
	case len(list) > MaxName:
		return reasonListName
	case recipients > usage.MaxRecipients || refused > usage.MaxRecipients || size > usage.MaxBytes:
		return reasonNumbers
	case refused > recipients:
		return reasonRefused
	case usage.CheckSize(recipients-refused, size) != nil:
		return reasonNumbers
	}
	return ""
}

// Lengths of time, in seconds and microseconds.
const (
	secondsPerDay   = 24 * 60 * 60
	microsPerSecond = 1_000_000
)

// civil returns the seconds of a civil time since 1970-01-01T00:00:00 on the same clock; false if there is none such.
func civil(year, month, day, hour, minute, second int) (int64, bool) {
	date, err := period.New(year, month, day)
	if err != nil || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return int64(date)*secondsPerDay + int64(hour*3600+minute*60+second), true
}
