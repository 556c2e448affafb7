package scenario

import (
	"encoding/json"
	"fmt"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
)

// Quote rates a scenario and returns the quote as JSON. If the scenario is
// faulty the error says where, and the JSON is {"error": …} with the same words.
func Quote(data []byte) ([]byte, error) {
	out, err := quote(data)
	if err != nil {
		failed, encodeErr := encode(struct {
			Error string `json:"error"`
		}{message(err)})
		if encodeErr != nil {
			return nil, encodeErr
		}
		return failed, err
	}
	return out, nil
}

func quote(data []byte) ([]byte, error) {
	in, err := Read(data)
	if err != nil {
		return nil, err
	}
	if err := problems(in); err != nil {
		return nil, err
	}
	var r rating.Rater
	q, err := r.Rate(in)
	if err != nil {
		return nil, err
	}
	return encode(document(in, q))
}

// problems are all of the input's, also those between two other customers.
func problems(in *rating.Input) error {
	var l fault.List
	for _, p := range rating.Problems(in) {
		l = append(l, p.Fault)
	}
	return l.Err()
}

// message is the text of an error on one line.
func message(err error) string {
	return strings.ReplaceAll(fault.MessageOf(err), "\n", "; ")
}

type quoteJSON struct {
	Currency      string     `json:"currency"`
	Lines         []lineJSON `json:"lines"`
	Subtotal      string     `json:"subtotal"`
	CreditApplied string     `json:"credit_applied"`
	Total         string     `json:"total"`
	CreditLeft    string     `json:"credit_left"`
	Warnings      []string   `json:"warnings"`
}

type lineJSON struct {
	Group       string `json:"group"`
	Month       string `json:"month"`
	Kind        string `json:"kind"`
	Ref         string `json:"ref"`
	Method      string `json:"method"`
	Object      string `json:"object"`
	Days        int    `json:"days"`
	DaysInMonth int    `json:"days_in_month"`
	Quantity    string `json:"quantity"`
	Amount      string `json:"amount"`
}

func document(in *rating.Input, q *rating.Quote) quoteJSON {
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: in.Currency}.String() }
	out := quoteJSON{
		Currency: in.Currency.Code(), Lines: make([]lineJSON, 0, len(q.Lines)), Warnings: make([]string, 0, len(q.Warnings)),
		Subtotal: amount(q.Subtotal), CreditApplied: amount(q.CreditApplied), Total: amount(q.Total), CreditLeft: amount(q.CreditLeft),
	}
	for i := range q.Lines {
		l := &q.Lines[i]
		line := lineJSON{
			Kind: l.Kind.String(), Ref: l.Ref, Method: l.Method.String(), Object: l.Object,
			Days: l.Days, DaysInMonth: l.DaysInMonth, Quantity: l.Quantity.String(), Amount: amount(l.Amount),
		}
		if l.Group >= 0 {
			line.Group = in.Customer.Groups[l.Group].Name
		}
		if l.Month != 0 {
			line.Month = l.Month.String()
		}
		out.Lines = append(out.Lines, line)
	}
	for _, w := range q.Warnings {
		list := &in.Lists[w.List]
		out.Warnings = append(out.Warnings, fmt.Sprintf("no plan in effect: %s: %d recipients not charged", list.Path(), w.Recipients))
	}
	return out
}

// encode writes JSON for people: indented, and without escapes for HTML.
func encode(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the quote could not be written")
	}
	return []byte(b.String()), nil
}
