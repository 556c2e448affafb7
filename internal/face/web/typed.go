package web

import (
	"regexp"
	"strings"
)

// What people type in a form is brought to the form that files have. What is not understood stays, and is found by the
// same rules as in a file.

var (
	groupedNumber  = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)
	yearFirst      = regexp.MustCompile(`^(\d{4})[-./ ]?(\d{1,2})[-./ ]?(\d{1,2})$`)
	monthYearFirst = regexp.MustCompile(`^(\d{4})[-./ ](\d{1,2})$`)
	monthOfCard    = regexp.MustCompile(`^(\d{1,2}) ?[-./ ] ?((?:20)?\d{2})$`)
	plainNumber    = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	dayFirst       = regexp.MustCompile(`^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$`)
)

// typedNumber takes spaces, apostrophes and the commas of thousands out of a number: "1,234.50" is 1234.50.
func typedNumber(text string) string {
	plain := strings.NewReplacer(" ", "", "\u00a0", "", "'", "", "’", "", "−", "-").Replace(text)
	if strings.Trim(plain, "+-.,0123456789") != "" {
		return text // no number: it stays as it was typed
	}
	if groupedNumber.MatchString(plain) {
		plain = strings.ReplaceAll(plain, ",", "")
	}
	return plain
}

// withDecimals writes an amount with so many decimals at least: 1250.5 is 1250.50. What is no number stays.
func withDecimals(text string, decimals int) string {
	if !plainNumber.MatchString(text) {
		return text
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if fraction += strings.Repeat("0", max(0, decimals-len(fraction))); fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// typedDate writes a date as 2026-09-01: "2026/9/1", "20260901", and "1.9.2026", where dots say that the day is first.
func typedDate(text string) string {
	text = strings.TrimSpace(text)
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return m[1] + "-" + two(m[2]) + "-" + two(m[3])
	}
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		return m[3] + "-" + two(m[2]) + "-" + two(m[1])
	}
	return text
}

// typedMonth writes a month as 2028-12, also when it is typed as it stands on a card: "12/28", "12/2028", "2028/12".
func typedMonth(text string) string {
	text = strings.TrimSpace(text)
	if m := monthYearFirst.FindStringSubmatch(text); m != nil {
		return m[1] + "-" + two(m[2])
	}
	if m := monthOfCard.FindStringSubmatch(text); m != nil {
		return "20" + m[2][len(m[2])-2:] + "-" + two(m[1])
	}
	return text
}

// TypedNumber takes spaces and the commas of thousands out of a number that was typed outside of a form.
func TypedNumber(text string) string { return typedNumber(strings.TrimSpace(text)) }

func two(digits string) string {
	if len(digits) == 1 {
		return "0" + digits
	}
	return digits
}
