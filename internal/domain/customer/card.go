package customer

import (
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Card is what is kept of a credit card. The zero value is no card.
type Card struct {
	Type       string // as CardTypes name it
	Last4      string // the last four digits of a number that was right
	Expiration period.Month
}

// cardType is a brand with the numbers that it gives out.
type cardType struct {
	name     string
	alias    string
	prefixes []prefix
	lengths  []int // digits
}

// prefix is a range of leading digits, both ends inside and of one length.
type prefix struct{ from, to string }

// cardTypes follows the ranges that the brands publish.
var cardTypes = []cardType{
	{"Visa", "", []prefix{{"4", "4"}}, []int{13, 16, 19}},
	{"Mastercard", "master card", []prefix{{"51", "55"}, {"2221", "2720"}}, []int{16}},
	{"American Express", "amex", []prefix{{"34", "34"}, {"37", "37"}}, []int{15}},
	{"Discover", "", []prefix{{"6011", "6011"}, {"644", "649"}, {"65", "65"}}, []int{16, 19}},
	{"Diners Club", "diners", []prefix{{"300", "305"}, {"3095", "3095"}, {"36", "36"}, {"38", "39"}}, []int{14, 16, 19}},
	{"JCB", "", []prefix{{"3528", "3589"}}, []int{16, 19}},
	{"UnionPay", "union pay", []prefix{{"62", "62"}}, []int{16, 17, 18, 19}},
	{"Maestro", "", []prefix{{"50", "50"}, {"56", "59"}, {"61", "61"}, {"63", "63"}, {"66", "69"}}, []int{12, 13, 14, 15, 16, 17, 18, 19}},
}

// CardTypes returns the names of the card types.
func CardTypes() []string {
	names := make([]string, len(cardTypes))
	for i, t := range cardTypes {
		names[i] = t.name
	}
	return names
}

// CardTypeOf returns the card type as CardTypes names it; false if there is none such. Case does not matter.
func CardTypeOf(name string) (string, bool) {
	for _, t := range cardTypes {
		if strings.EqualFold(name, t.name) || name != "" && strings.EqualFold(name, t.alias) {
			return t.name, true
		}
	}
	return "", false
}

// LastDigits checks a card number against its type (prefix, length, Luhn) and returns its last four digits. Spaces
// and dashes between digits are fine. The number never stands in the fault.
func LastDigits(number, typeName string) (string, error) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(number)
	for _, t := range cardTypes {
		if t.name == typeName {
			if !t.issues(digits) || !luhn(digits) {
				return "", fault.New(fault.Invalid, "is not the number of a %s card: check it against the card", typeName)
			}
			return digits[len(digits)-4:], nil
		}
	}
	return "", fault.New(fault.Invalid, "cannot be checked without a card type: use one of %s", strings.Join(CardTypes(), ", "))
}

func (t *cardType) issues(digits string) bool {
	for _, n := range t.lengths {
		if n != len(digits) {
			continue
		}
		for _, p := range t.prefixes {
			if head := digits[:len(p.from)]; p.from <= head && head <= p.to {
				return true
			}
		}
	}
	return false
}

// luhn checks the check digit of a text of digits.
func luhn(digits string) bool {
	sum := 0
	for i := 0; i < len(digits); i++ {
		d := int(digits[len(digits)-1-i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return len(digits) > 0 && sum%10 == 0
}

// Missing says whether there is no card.
func (c Card) Missing() bool { return c == Card{} }

// Check says what is wrong with a card that is there, as an Invalid fault whose place is the field: an unknown type, a
// number that was never right (no last four digits), no expiration.
func (c Card) Check() error {
	if _, known := CardTypeOf(c.Type); !known {
		return fault.At("type", "%.40q is not a card type: use one of %s", c.Type, strings.Join(CardTypes(), ", "))
	}
	if len(c.Last4) != 4 || strings.Trim(c.Last4, "0123456789") != "" {
		return fault.At("last4", "the card has no number that was checked: enter it again")
	}
	if c.Expiration == 0 {
		return fault.At("expiration", "is missing: write it as 2028-12")
	}
	return nil
}

// ExpiredOn says whether the card can no longer be charged on a day: it is good until the end of its month.
func (c Card) ExpiredOn(day period.Date) bool {
	return c.Expiration != 0 && c.Expiration.Period().End < day
}
