package maillog

import (
	"bytes"
	"encoding/binary"
	"math/bits"

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
	reasonNoQueue   = "no line before it says whose mail its queue id is, and how large: the log begins in the middle"
	reasonContinued = "begins with white space: it was written by a sender's folded Message-ID"
	reasonClockJump = "its time does not exist in the server's time zone: check that setting"
	reasonEpoch     = "its time is not after 1970"
)

// number reads the digits that text begins with, and returns the rest. ok is false without a digit. What is too large
// becomes a number beyond every limit.
//
// It reads eight characters at once, since a loop over digits costs a wrong guess of the processor at each number.
func number(text []byte) (n int64, rest []byte, ok bool) {
	const zeros, high = 0x3030303030303030, 0x8080808080808080
	if len(text) < 8 {
		return large(text)
	}
	v := binary.LittleEndian.Uint64(text) ^ zeros // a digit becomes its value
	others := (v&^high + 0x7676767676767676 | v) & high
	if others == 0 || others&0x80 != 0 {
		return large(text)
	}
	digits := bits.TrailingZeros64(others) / 8
	v <<= 64 - 8*digits // leading zeros in front
	v = v*10 + v>>8
	v = (v&0x000000ff000000ff*(100+1_000_000<<32) + v>>16&0x000000ff000000ff*(1+10_000<<32)) >> 32
	return int64(v), text[digits:], true
}

// large is number for many digits, and for the end of a line.
func large(text []byte) (n int64, rest []byte, ok bool) {
	const beyond = 1 << 59 // ten times as much still fits
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		n = min(n*10+int64(text[i]-'0'), beyond)
		i++
	}
	return n, text[i:], i > 0
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
	i := blank(text)
	for i < len(text) && !isSpace(text[i]) { // a control character is part of the word
		i++
	}
	return text[:i], text[i:], i > 0
}

// blank returns the place of the first space or control character, the length of text without one. It looks at eight
// bytes at a time, which for words beats a call.
func blank(text []byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		v := binary.LittleEndian.Uint64(text[i:])
		if found := (v - ones*(' '+1)) &^ v & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(text) && text[i] > ' ' {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// seconds cuts the duration off the beginning of text: digits, point, e, signs.
func seconds(text []byte) (rest []byte, ok bool) {
	i := 0
	for i < len(text) && inSeconds[text[i]] {
		i++
	}
	return text[i:], i > 0
}

// inSeconds holds the characters of a duration.
var inSeconds = [256]bool{'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'.': true, 'e': true, '+': true, '-': true}

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
	case usage.TooLarge(recipients-refused, size):
		return reasonNumbers
	}
	return ""
}

// Lengths of time, in seconds and microseconds.
const (
	secondsPerDay   = 24 * 60 * 60
	microsPerSecond = 1_000_000
)

// civil returns the start of a civil minute in seconds since 1970-01-01T00:00:00 on the same clock; false if there is none such.
func civil(year, month, day, hour, minute int) (int64, bool) {
	date, err := period.New(year, month, day)
	if err != nil || hour > 23 || minute > 59 {
		return 0, false
	}
	return int64(date)*secondsPerDay + int64(hour*3600+minute*60), true
}
