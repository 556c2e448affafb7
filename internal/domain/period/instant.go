package period

import (
	"time"

	"postmeter/internal/domain/fault"
)

// ParseInstant reads an instant as RFC 3339 writes it, with Z or an offset. The
// leap second 60 counts as second 59. Anything else is an Invalid error.
func ParseInstant(s string) (time.Time, error) {
	const form = "2026-09-01T10:00:00" // the fixed part
	if len(s) <= len(form) || s[10]|0x20 != 't' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, badInstant(s)
	}
	date, err := Parse(s[:10])
	hour, ok1 := digits(s[11:13])
	minute, ok2 := digits(s[14:16])
	second, ok3 := digits(s[17:19])
	if err != nil || !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, badInstant(s)
	}
	nanos, rest, ok := fraction(s[len(form):])
	if !ok {
		return time.Time{}, badInstant(s)
	}
	offset, ok := zoneOffset(rest)
	if !ok {
		return time.Time{}, badInstant(s)
	}
	y, m, d := date.YMD()
	at := time.Date(y, time.Month(m), d, hour, minute, min(second, 59), nanos, time.UTC)
	return at.Add(-offset), nil
}

func badInstant(s string) error {
	return fault.New(fault.Invalid, "%.40q is not a time: write it as 2026-09-01T10:00:00Z or with an offset such as +02:00", s)
}

// fraction reads an optional fraction of a second. Digits beyond nanoseconds
// are cut off.
func fraction(s string) (nanos int, rest string, ok bool) {
	if s[0] != '.' {
		return 0, s, true
	}
	i, scale := 1, 100_000_000
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		nanos += int(s[i]-'0') * scale
		scale /= 10
	}
	return nanos, s[i:], i > 1
}

// zoneOffset reads Z or an offset from UTC.
func zoneOffset(s string) (time.Duration, bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != 6 || s[3] != ':' || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, ok1 := digits(s[1:3])
	m, ok2 := digits(s[4:])
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, false
	}
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// maxZoneName is the longest name of a zone, in bytes.
const maxZoneName = 64

// LoadZone returns the time zone of an IANA name such as Europe/Berlin, or UTC.
// Names that mean something else on each machine (Local, localtime) and zones
// that count leap seconds are Invalid errors, as are unknown names. The program
// carries the zones with it (time/tzdata), for machines that have none.
func LoadZone(name string) (*time.Location, error) {
	unknown := fault.New(fault.Invalid, "%.64q is not a time zone: use a name such as Europe/Berlin or UTC", name)
	switch name {
	case "", "Local", "localtime", "posixrules", "Factory":
		return nil, unknown
	}
	if len(name) > maxZoneName || hasPrefix(name, "right/") || hasPrefix(name, "posix/") {
		return nil, unknown
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, unknown
	}
	return loc, nil
}

func hasPrefix(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }
