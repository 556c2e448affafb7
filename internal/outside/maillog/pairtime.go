package maillog

// pairTimeForm says whether text begins with something that looks like "Nov 22 10:45:11 2026".
func pairTimeForm(text []byte) bool {
	const form = "Aaa 00 00:00:00 0000"
	for i := range len(form) {
		c := text[i]
		switch form[i] {
		case '0':
			if c < '0' || c > '9' {
				return false
			}
		case 'A':
			if c < 'A' || c > 'Z' {
				return false
			}
		case 'a':
			if c < 'a' || c > 'z' {
				return false
			}
		default:
			if c != form[i] {
				return false
			}
		}
	}
	return true
}

// months are the names that Mailman writes, three letters each.
const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// local reads the time that text begins with as seconds since 1970 on the server's clock; pairTimeForm holds.
func (p *pairs) local(text []byte) (int64, bool) {
	second, _ := two(text, 13)
	if second > 59 {
		return 0, false
	}
	if p.known && string(text[:pairMinute]) == string(p.minute[:pairMinute]) && string(text[15:pairTime]) == string(p.minute[pairMinute:]) {
		return p.start + int64(second), true
	}
	month := 0
	for i := 0; i < len(months); i += 3 {
		if string(text[:3]) == months[i:i+3] {
			month = i/3 + 1
		}
	}
	day, _ := two(text, 4)
	hour, _ := two(text, 7)
	minute, _ := two(text, 10)
	century, _ := two(text, 16)
	year, _ := two(text, 18)
	start, ok := civil(century*100+year, month, day, hour, minute)
	if !ok {
		return 0, false
	}
	copy(p.minute[:pairMinute], text)
	copy(p.minute[pairMinute:], text[15:pairTime])
	p.start, p.known = start, true
	return start + int64(second), true
}

// instant returns the instant of a time on the server's clock, in UTC microseconds.
func (p *pairs) instant(local int64) (int64, string) {
	at, ok := p.clock.instant(local)
	switch {
	case !ok:
		return 0, reasonClockJump
	case at <= 0:
		return 0, reasonEpoch
	}
	return at * microsPerSecond, ""
}
