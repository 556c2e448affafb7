package store

import (
	"strconv"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
)

// The series of numbers.
const (
	InvoiceSeries    = "invoice"
	CreditNoteSeries = "credit_note"
)

// NextNumber takes the next number of a series, in the transaction that uses it: a rollback gives it back, so that
// there is neither a gap nor a repeat. Others who want one wait until the transaction ends; take it last. A format
// with the year counts from 1 in each year of issue. A bad format is an Invalid fault.
func (tx *Tx) NextNumber(series, format string, issued period.Date) (string, error) {
	numbers, err := tx.NextNumbers(series, format, issued, 1)
	if err != nil {
		return "", err
	}
	return numbers[0], nil
}

// NextNumbers takes n successive numbers of a series.
func (tx *Tx) NextNumbers(series, format string, issued period.Date, n int) ([]string, error) {
	if settings.NumberRestarts(format) {
		year, _, _ := issued.YMD()
		series += "/" + strconv.Itoa(year)
	}
	var first int64
	_, err := tx.one(`INSERT INTO number_series (name, next_number) VALUES ($1, 1 + $2)
		ON CONFLICT (name) DO UPDATE SET next_number = number_series.next_number + $2 RETURNING next_number - $2`,
		[]any{series, int64(n)}, &first)
	if err != nil {
		return nil, err
	}
	numbers := make([]string, n)
	for i := range numbers {
		if numbers[i], err = settings.FormatNumber(format, first+int64(i), issued); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}
