package doc

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// MaxTextBytes is the longest string value that is taken, in bytes.
const MaxTextBytes = 64 << 10

// Text returns a string field, def if it is missing.
func (r *Reader) Text(name, def string) string {
	n := r.take(name)
	switch {
	case n == nil:
		return def
	case n.Kind != String:
		r.Fault(name, "must be a string, and is %s", n.Kind)
	case len(n.Text) > MaxTextBytes:
		r.Fault(name, "has %d bytes: at most %d are allowed", len(n.Text), MaxTextBytes)
	case strings.ContainsFunc(n.Text, isControl):
		r.Fault(name, "must not hold control characters")
	default:
		return n.Text
	}
	return def
}

// isControl says whether a character has no place in a text: what is neither seen nor ends a line. Databases refuse some
// of them.
func isControl(c rune) bool { return c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f }

// Name returns a string field that must be there and not be empty.
func (r *Reader) Name(name string) string {
	if !r.need(name) {
		return ""
	}
	before := r.Faults()
	s := r.Text(name, "")
	if s == "" && r.Faults() == before {
		r.Fault(name, "must not be empty")
	}
	return s
}

// need records a fault if a field is missing. It is silent below an object that
// is missing itself.
func (r *Reader) need(name string) bool {
	if r.take(name) != nil {
		return true
	}
	if r.present {
		r.Fault(name, "is missing")
	}
	return false
}

// Texts returns a field that is a list of strings.
func (r *Reader) Texts(name string) []string {
	n := r.array(name)
	if n == nil {
		return nil
	}
	out := make([]string, 0, len(n.Items))
	for i := range n.Items {
		switch it := &n.Items[i]; {
		case it.Kind != String:
			r.Fault(name+"["+strconv.Itoa(i)+"]", "must be a string, and is %s", it.Kind)
		case strings.ContainsFunc(it.Text, isControl):
			r.Fault(name+"["+strconv.Itoa(i)+"]", "must not hold control characters")
		default:
			out = append(out, it.Text)
		}
	}
	return out
}

// Bool returns a field that is true or false, def if it is missing.
func (r *Reader) Bool(name string, def bool) bool {
	n := r.take(name)
	if n == nil {
		return def
	}
	if n.Kind != Bool {
		r.Fault(name, "must be true or false, and is %s", n.Kind)
		return def
	}
	return n.Text == "true"
}

// Choice returns the index of a string field in options; def if it is missing,
// or a fault if def is below 0.
func (r *Reader) Choice(name string, def int, options ...string) int {
	if def < 0 && !r.need(name) {
		return 0
	}
	n := r.take(name)
	if n == nil {
		return max(def, 0)
	}
	if n.Kind == String {
		for i, o := range options {
			if n.Text == o {
				return i
			}
		}
	}
	r.Fault(name, "must be one of %s", strings.Join(options, ", "))
	return max(def, 0)
}

// Decimal returns a field that is a number, or a string that holds one, in
// plain decimal notation; def if it is missing. The text is read exactly.
func (r *Reader) Decimal(name string, def money.Decimal) money.Decimal {
	text, ok := r.numberText(name)
	if !ok {
		return def
	}
	d, err := money.ParseDecimal(text)
	if err != nil {
		r.FaultError(name, err)
		return def
	}
	return d
}

// NeedDecimal is Decimal of a field that must be there.
func (r *Reader) NeedDecimal(name string) money.Decimal {
	r.need(name)
	return r.Decimal(name, money.Decimal{})
}

// Positive is Decimal of a number that must not be below 0.
func (r *Reader) Positive(name string, def money.Decimal) money.Decimal {
	d := r.Decimal(name, def)
	if d.Sign() < 0 {
		r.Fault(name, "must not be negative")
		return def
	}
	return d
}

// Amount returns a field that is an amount of money with no more decimals than
// the currency, in minor units; 0 if it is missing.
func (r *Reader) Amount(name string, c money.Currency) int64 {
	text, ok := r.numberText(name)
	if !ok {
		return 0
	}
	a, err := money.ParseAmount(text, c)
	if err != nil {
		r.FaultError(name, err)
	}
	return a.Minor
}

// Whole returns a field that is a whole number, not below 0; def if it is missing.
func (r *Reader) Whole(name string, def int64) int64 {
	if r.take(name) == nil {
		return def
	}
	before := r.Faults()
	d := r.Positive(name, money.Decimal{})
	if r.Faults() > before {
		return def
	}
	n, ok := d.Whole()
	switch {
	case ok:
		return n
	case d.Decimals() > 0:
		r.Fault(name, "must be a whole number")
	default:
		r.Fault(name, "is too large: at most 9223372036854775807")
	}
	return def
}

// NeedWhole is Whole of a field that must be there.
func (r *Reader) NeedWhole(name string) int64 {
	r.need(name)
	return r.Whole(name, 0)
}

func (r *Reader) numberText(name string) (string, bool) {
	n := r.take(name)
	if n == nil {
		return "", false
	}
	if n.Kind != Number && n.Kind != String {
		r.Fault(name, "must be a number, and is %s", n.Kind)
		return "", false
	}
	return n.Text, true
}

// Date returns a field that is a civil date, def if it is missing.
func (r *Reader) Date(name string, def period.Date) period.Date {
	n := r.take(name)
	if n == nil {
		return def
	}
	if n.Kind != String {
		r.Fault(name, "must be a date in a string, such as \"2026-09-01\", and is %s", n.Kind)
		return def
	}
	d, err := period.Parse(n.Text)
	if err != nil {
		r.FaultError(name, err)
		return def
	}
	return d
}

// NeedDate is Date of a field that must be there.
func (r *Reader) NeedDate(name string) period.Date {
	r.need(name)
	return r.Date(name, period.First)
}

// Dates returns the interval of the fields start and end. A missing end is
// open; one that ends before it starts is a fault of the object.
func (r *Reader) Dates() period.Period {
	before := r.Faults()
	p := period.Period{Start: r.Date("start", period.First), End: r.Date("end", period.Last)}
	if !p.Valid() {
		if r.Faults() == before {
			r.Fault("", "ends before it starts: %s", p)
		}
		return period.Open()
	}
	return p
}
