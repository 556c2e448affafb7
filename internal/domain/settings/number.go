package settings

import (
	"regexp"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// maxNumberDigits is the largest width of {number:N}, in digits.
const maxNumberDigits = 12

// maxFormatLength is the longest number format, in bytes.
const maxFormatLength = 60

var placeholder = regexp.MustCompile(`\{[^{}]*\}|[{}]`)

// FormatNumber makes the number of an invoice or credit note. A format is text with placeholders: {number} is the
// number in its series, {number:5} the same with leading zeros up to five digits, {year} and {month} (two digits) are
// those of the issue date. Exactly one {number} must be there; {seq} is another name for it. A bad format is an
// Invalid fault.
func FormatNumber(format string, number int64, issued period.Date) (string, error) {
	if len(format) > maxFormatLength {
		return "", fault.New(fault.Invalid, "has more than %d characters", maxFormatLength)
	}
	year, month, _ := issued.YMD()
	numbers := 0
	var bad string
	out := placeholder.ReplaceAllStringFunc(format, func(p string) string {
		switch width, isNumber := numberWidth(p); {
		case isNumber:
			numbers++
			return padded(number, width)
		case p == "{year}":
			return padded(int64(year), 4)
		case p == "{month}":
			return padded(int64(month), 2)
		}
		bad = p
		return p
	})
	switch {
	case bad != "":
		return "", fault.New(fault.Invalid, "%q is no placeholder: use {number}, {number:5}, {year} and {month}", bad)
	case numbers != 1:
		return "", fault.New(fault.Invalid, "must hold {number} exactly once, such as {year}-{number:5}")
	}
	return out, nil
}

// NumberRestarts says whether a format makes its series begin at 1 again each year: it names the year.
func NumberRestarts(format string) bool { return strings.Contains(format, "{year}") }

// numberWidth reads {number}, {seq}, {number:N} and {seq:N}.
func numberWidth(p string) (width int, ok bool) {
	if p == "{number}" || p == "{seq}" {
		return 0, true
	}
	name, digits, ok := strings.Cut(strings.TrimSuffix(p, "}"), ":")
	if !ok || name != "{number" && name != "{seq" {
		return 0, false
	}
	width, err := strconv.Atoi(digits)
	return width, err == nil && width >= 1 && width <= maxNumberDigits
}

func padded(n int64, width int) string {
	text := strconv.FormatInt(n, 10)
	return strings.Repeat("0", max(0, width-len(text))) + text
}
