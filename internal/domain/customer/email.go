package customer

import (
	"strings"
	"unicode"

	"postmeter/internal/domain/fault"
)

// Limits of a mail address, in bytes (RFC 5321, 4.5.3.1).
const (
	maxAddressBytes = 254
	maxLocalBytes   = 64
	maxLabelBytes   = 63
)

// CheckEmail says what is wrong with a mail address that shall receive invoices, as an Invalid fault. It takes
// local@domain with a domain of at least two labels. Quoted local parts and display names are refused: nobody has
// them, and they open doors.
func CheckEmail(address string) error {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || len(address) > maxAddressBytes || !validLocal(address[:at]) || !validDomain(address[at+1:]) {
		return fault.New(fault.Invalid, "%.100q is not a mail address: write it as name@example.org", address)
	}
	return nil
}

func validLocal(local string) bool {
	if local == "" || len(local) > maxLocalBytes {
		return false
	}
	for _, atom := range strings.Split(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !isAtom(r) }) {
			return false
		}
	}
	return true
}

func isAtom(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabelBytes || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '-'
			}) {
			return false
		}
	}
	return len(labels) > 1
}
