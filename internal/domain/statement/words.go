package statement

import (
	"math/big"
	"strings"
	"unicode"

	"postmeter/internal/domain/money"
)

// Clean makes a name or a note safe to print anywhere: line breaks become one space each, control characters
// and those that turn the direction of the text around them vanish. What it says stays.
func Clean(s string) string { return strings.Join(strings.Fields(strip(s)), " ") }

// CleanLines cleans a text and keeps its lines, without empty ones at its ends.
func CleanLines(s string) []string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		out = append(out, Clean(line))
	}
	for len(out) > 0 && out[0] == "" {
		out = out[1:]
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

func strip(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Thousands puts commas into the digits before the point: "-1,234,567.5".
func Thousands(number string) string {
	sign, rest := "", number
	if strings.HasPrefix(rest, "-") {
		sign, rest = "-", rest[1:]
	}
	whole, fraction, pointed := strings.Cut(rest, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if pointed {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// count writes a whole number with commas.
func count(n int64) string { return Thousands(money.FromInt(n).String()) }

// price writes a price with the currency's decimals at least, and more if it has them: "0.90", "0.0125".
func price(d money.Decimal, c money.Currency) string {
	text := d.String()
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) < c.Decimals() {
		fraction += "0"
	}
	if fraction == "" {
		return Thousands(whole)
	}
	return Thousands(whole + "." + fraction)
}

// shownDecimals is how many decimals of an exact number are shown; more are marked by an ellipsis.
const shownDecimals = 6

// Exact writes an exact number with at least and, where they say it all, no more decimals than needed. A number
// that six decimals cannot say ends in an ellipsis.
func Exact(r *big.Rat, atLeast int) string {
	text := r.FloatString(shownDecimals)
	more := ""
	if back, ok := new(big.Rat).SetString(text); !ok || back.Cmp(r) != 0 {
		more = "…"
		text = truncated(r)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if more == "" {
		fraction = strings.TrimRight(fraction, "0")
	}
	for len(fraction) < atLeast {
		fraction += "0"
	}
	if fraction == "" {
		return Thousands(whole) + more
	}
	return Thousands(whole+"."+fraction) + more
}

// truncated cuts a number after the shown decimals, so that "8.333333…" goes on as it says.
func truncated(r *big.Rat) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(shownDecimals), nil)
	scaled := new(big.Int).Mul(r.Num(), scale)
	scaled.Quo(scaled, r.Denom())
	text := new(big.Rat).SetFrac(scaled, scale).FloatString(shownDecimals)
	if r.Sign() < 0 && scaled.Sign() == 0 {
		return "-" + text
	}
	return text
}

// plural returns one for exactly 1, else many.
func plural(n money.Decimal, one, many string) string {
	if n == money.FromInt(1) {
		return one
	}
	return many
}

// capital makes the first letter a capital one.
func capital(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}
