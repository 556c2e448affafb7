package maillog

import (
	"bytes"
	"encoding/binary"
	"time"
)

// postfixTime turns the times of a mail server's log into instants: classic ones, which have neither a year nor a
// zone, and those of RFC 3339.
//
// The year of the first classic time of a log is the latest in which it is not after latest, which is when the log was
// last written, as far as is known. From there on a time is in the year that brings it nearest to the line before, and
// so a new year comes by itself, and a log that is read further from its state goes on in the same year.
type postfixTime struct {
	clock  clock
	latest int64 // UTC seconds
	dated  bool  // the year is known from the line before, whose instant the clock has

	minute minuteText // of the last line, and when it began by its own clock
	start  int64
}

// Places in times.
const (
	classicMinute = len("Nov 22 10:53")
	rfcMinute     = len("2026-11-22T10:53")
)

// minuteText is a time up to its minute, in a form that is quick to compare: its first and its last eight characters.
type minuteText struct{ first, last uint64 }

func minuteTextOf(text []byte, length int) minuteText {
	return minuteText{binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[length-8:])}
}

// slack is how far, in seconds, a log's first line may lie behind the instant at which the log was last written: clocks
// and time zones of servers are set wrong.
const slack = secondsPerDay

// at returns the instant of a time, in UTC microseconds.
func (p *postfixTime) at(text []byte) (at int64, reason string) {
	if len(text) == 15 {
		return p.classic(text)
	}
	return p.rfc3339(text)
}

// classic reads a time like "Nov 22 10:53:34".
func (p *postfixTime) classic(text []byte) (at int64, reason string) {
	second, ok := two(text, 13)
	if text[12] != ':' || !ok {
		return 0, reasonForm
	}
	if minute := minuteTextOf(text, classicMinute); minute != p.minute {
		if reason = p.newMinute(text); reason != "" {
			return 0, reason
		}
		p.minute = minute
	}
	if second > 59 {
		return 0, reasonTime
	}
	seconds, ok := p.clock.instant(p.start + int64(second))
	switch {
	case !ok:
		return 0, reasonClockJump
	case seconds <= 0:
		return 0, reasonEpoch
	}
	p.dated = true
	return seconds * microsPerSecond, ""
}

// newMinute reads a classic time up to its minute.
func (p *postfixTime) newMinute(text []byte) (reason string) {
	p.minute = minuteText{}
	day, digits := two(text, 4)
	if text[4] == ' ' {
		day, digits = int(text[5]-'0'), text[5] >= '0' && text[5] <= '9'
	}
	hour, hours := two(text, 7)
	minute, minutes := two(text, 10)
	if !digits || !hours || !minutes || text[6] != ' ' || text[9] != ':' || !monthForm(text) {
		return reasonForm
	}
	month := bytes.Index([]byte(months), text[:3])
	if month%3 != 0 {
		return reasonTime
	}
	var ok bool
	if p.start, ok = p.inYear(month/3+1, day, hour, minute); !ok {
		return reasonTime
	}
	return ""
}

// monthForm says whether text begins with something that looks like a month.
func monthForm(text []byte) bool {
	letter := func(c, from byte) bool { return c >= from && c < from+26 }
	return letter(text[0], 'A') && letter(text[1], 'a') && letter(text[2], 'a') && text[3] == ' '
}

// inYear returns a civil time without a year, in seconds since 1970 on its own clock.
func (p *postfixTime) inYear(month, day, hour, minute int) (local int64, ok bool) {
	if !p.dated {
		return p.latestYear(month, day, hour, minute)
	}
	last := p.clock.last
	year := time.Unix(last, 0).UTC().Year()
	for y := year - 1; y <= year+1; y++ {
		near, exists := civil(y, month, day, hour, minute)
		if exists && (!ok || distance(near, last) < distance(local, last)) {
			local, ok = near, true
		}
	}
	return local, ok
}

// latestYear finds the year of a log's first line.
func (p *postfixTime) latestYear(month, day, hour, minute int) (local int64, ok bool) {
	const years = 8 // without a leap day at most, such as 1896 to 1904
	latest := time.Unix(p.latest, 0).In(p.clock.zone)
	_, offset := latest.Zone()
	limit := p.latest + int64(offset) + slack
	for y := latest.Year() + 1; y > latest.Year()-years; y-- {
		if local, ok = civil(y, month, day, hour, minute); ok && local <= limit {
			return local, true
		}
	}
	return 0, false
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// rfc3339 reads a time like "2026-11-22T10:53:34.123456+00:00".
func (p *postfixTime) rfc3339(text []byte) (at int64, reason string) {
	if len(text) < len("2026-11-22T10:53:34Z") {
		return 0, reasonForm
	}
	if minute := minuteTextOf(text, rfcMinute); minute != p.minute {
		if reason = p.newRFCMinute(text); reason != "" {
			return 0, reason
		}
		p.minute = minute
	}
	second, ok := two(text, 17)
	if !ok || text[16] != ':' {
		return 0, reasonForm
	}
	micros, rest, ok := fraction(text[19:])
	if !ok {
		return 0, reasonForm
	}
	offset, reason := zoneOffset(rest)
	if reason != "" {
		return 0, reason
	}
	if second > 59 {
		return 0, reasonTime
	}
	seconds := p.start + int64(second) - offset
	if at = seconds*microsPerSecond + micros; at <= 0 {
		return 0, reasonEpoch
	}
	p.clock.last, p.dated = seconds, true
	return at, ""
}

// newRFCMinute reads a time up to its minute.
func (p *postfixTime) newRFCMinute(text []byte) (reason string) {
	p.minute = minuteText{}
	var n [6]int
	for i, place := range [6]int{0, 2, 5, 8, 11, 14} {
		var ok bool
		if n[i], ok = two(text, place); !ok {
			return reasonForm
		}
	}
	if text[7] != '-' || text[13] != ':' {
		return reasonForm
	}
	var ok bool
	if p.start, ok = civil(n[0]*100+n[1], n[2], n[3], n[4], n[5]); !ok {
		return reasonTime
	}
	return ""
}

// fraction cuts the fraction of a second off the beginning of text, if there is one, and returns its microseconds.
func fraction(text []byte) (micros int64, rest []byte, ok bool) {
	const digits = 9 // at most
	if len(text) == 0 || text[0] != '.' {
		return 0, text, true
	}
	i, unit := 1, int64(microsPerSecond/10)
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		micros += int64(text[i]-'0') * unit
		unit /= 10
		i++
	}
	return micros, text[i:], i > 1 && i <= digits+1
}

// zoneOffset reads Z, +hh:mm or +hhmm, in seconds ahead of UTC.
func zoneOffset(text []byte) (offset int64, reason string) {
	if string(text) == "Z" {
		return 0, ""
	}
	place := 3 // of the minutes
	if len(text) == 6 && text[3] == ':' {
		place = 4
	}
	if len(text) != place+2 || text[0] != '+' && text[0] != '-' {
		return 0, reasonForm
	}
	hours, ok1 := two(text, 1)
	minutes, ok2 := two(text, place)
	switch {
	case !ok1 || !ok2:
		return 0, reasonForm
	case hours > 23 || minutes > 59:
		return 0, reasonTime
	}
	offset = int64(hours*3600 + minutes*60)
	if text[0] == '-' {
		offset = -offset
	}
	return offset, ""
}
