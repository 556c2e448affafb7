package admin

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// unbilledCSV sends the whole report as a table: by list, or, with by=day, a row for each list and day.
func (s *site) unbilledCSV(c *web.Context) error {
	u, err := insight.AllUnbilled(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	if !u.Made {
		return fault.New(fault.NotFound, "No report was made yet. Make one first.")
	}
	currency, err := money.ParseCurrency(u.Currency)
	if err != nil {
		return err
	}
	byDay := c.R.URL.Query().Get("by") == "day"
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"what", "reason", "customer", "list", "start", "end", "days", "messages", "recipients", "amount", "currency"}}
	for i := range u.Rows {
		rows = append(rows, unbilledRecords(&u.Rows[i], byDay, currency)...)
	}
	if err := w.WriteAll(rows); err != nil {
		return fault.Wrap(fault.Internal, err, "the table could not be written")
	}
	name := "unbilled-" + u.Period.Start.String() + "-" + u.Period.End.String()
	if byDay {
		name += "-by-day"
	}
	return c.Attachment(name+".csv", "text/csv; charset=utf-8", out.Bytes())
}

// unbilledRecords are the lines of the table that a row makes.
func unbilledRecords(r *store.UnbilledRow, byDay bool, currency money.Currency) [][]string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	company, place := harmless(r.Company), harmless(r.Place)
	start, end := r.Days.Start.String(), r.Days.End.String()
	switch {
	case r.Kind == store.UnbilledDays:
		return [][]string{{r.Kind, "", company, "", start, end, number(r.Size), "", "", "", ""}}
	case r.Kind == store.UnbilledCorrection:
		month := r.Days.Start.Month().String()
		return [][]string{{r.Kind, "", company, "", month, month, "", "", "", money.Amount{Minor: r.Size, Currency: currency}.String(), currency.Code()}}
	case !byDay:
		return [][]string{{r.Kind, r.Reason, company, place, start, end, "", number(r.Messages), number(r.Size), "", ""}}
	}
	var out [][]string
	for _, d := range r.ByDay {
		out = append(out, []string{r.Kind, r.Reason, company, place, d.Day.String(), d.Day.String(), "1", number(d.Messages), number(d.Recipients), "", ""})
	}
	return out
}

// harmless keeps a text from being taken for a formula by a program that opens the table.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
