package invoice

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
)

// UsageRow is what one list sent in the period of a bill: charged deliveries, whether the list is free or not.
type UsageRow struct {
	Object     string `json:"object"`          // server/site/list; empty for the rest of a long table
	Lists      int    `json:"lists,omitempty"` // of the rest: how many lists it stands for
	Messages   int64  `json:"messages"`        //
	Recipients int64  `json:"recipients"`      //
	Bytes      int64  `json:"bytes"`           // recipients times bytes
	Members    int64  `json:"members"`         // latest reading; -1: not known
	Size       string `json:"size,omitempty"`  // SizeAsSent if bytes and messages, or some of the rest's, are the mail server's
}

// SizeAsSent is the Size of usage that the mail server's log bills: what it sent, where each copy is a message. That of
// any other usage is what was posted.
const SizeAsSent = "mailserver"

// maxUsageRows is how many lists a bill shows one by one; those that sent least are summed up in one more row.
const maxUsageRows = 50

// UsageText returns the usage of a bill as JSON, a row for each list that the customer has and that sent something,
// by name.
func UsageText(a *account.Account) string {
	rows := usageRows(a)
	if len(rows) == 0 {
		return "[]"
	}
	if len(rows) > maxUsageRows {
		rows = shorten(rows)
	}
	slices.SortFunc(rows, func(x, y UsageRow) int {
		return cmp.Or(cmp.Compare(x.Lists, y.Lists), cmp.Compare(x.Object, y.Object))
	})
	out := make([]byte, 0, len(rows)*(80+len(rows[0].Object))+2)
	out = append(out, '[')
	for i := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = rows[i].append(out)
	}
	return string(append(out, ']'))
}

func usageRows(a *account.Account) []UsageRow {
	rows := make([]UsageRow, len(a.Lists))
	for i := range rows {
		rows[i].Members = -1
	}
	for i := range a.Input.Usage {
		s := &a.Input.Usage[i]
		if !a.Input.Period.Contains(s.Day) || !a.Customer.Dates.Contains(s.Day) {
			continue
		}
		r := &rows[s.List]
		r.Messages += s.Messages
		r.Recipients += s.Recipients
		r.Bytes += s.RecipientBytes
	}
	last := make([]period.Date, len(rows))
	for i := range a.Input.Members {
		if m := &a.Input.Members[i]; m.Day <= a.Input.Period.End && (rows[m.List].Members < 0 || m.Day >= last[m.List]) {
			rows[m.List].Members, last[m.List] = m.Members, m.Day
		}
	}
	kept := rows[:0]
	for i := range rows {
		if rows[i].Messages != 0 && a.HoldsIn(int32(i), a.Input.Period) {
			rows[i].Object = a.Input.Lists[i].Path()
			if server := a.Lists[i].Server; server != nil && server.BilledSource == SizeAsSent {
				rows[i].Size = SizeAsSent
			}
			kept = append(kept, rows[i])
		}
	}
	return kept
}

// shorten keeps the rows that sent to most recipients, and sums up the others.
func shorten(rows []UsageRow) []UsageRow {
	slices.SortFunc(rows, func(x, y UsageRow) int {
		return cmp.Or(cmp.Compare(y.Recipients, x.Recipients), cmp.Compare(x.Object, y.Object))
	})
	rest := UsageRow{Members: -1}
	for _, r := range rows[maxUsageRows:] {
		rest.Lists++
		rest.Messages += r.Messages
		rest.Recipients += r.Recipients
		rest.Bytes += r.Bytes
		rest.Size = cmp.Or(rest.Size, r.Size)
		if r.Members >= 0 {
			rest.Members = max(rest.Members, 0) + r.Members
		}
	}
	return append(rows[:maxUsageRows:maxUsageRows], rest)
}

// append writes the row as JSON: a bill run writes millions.
func (r *UsageRow) append(out []byte) []byte {
	out = append(out, `{"object":`...)
	out = appendText(out, r.Object)
	if r.Lists > 0 {
		out = strconv.AppendInt(append(out, `,"lists":`...), int64(r.Lists), 10)
	}
	out = strconv.AppendInt(append(out, `,"messages":`...), r.Messages, 10)
	out = strconv.AppendInt(append(out, `,"recipients":`...), r.Recipients, 10)
	out = strconv.AppendInt(append(out, `,"bytes":`...), r.Bytes, 10)
	out = strconv.AppendInt(append(out, `,"members":`...), r.Members, 10)
	if r.Size != "" {
		out = appendText(append(out, `,"size":`...), r.Size)
	}
	return append(out, '}')
}

func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, err := json.Marshal(text)
			if err != nil {
				quoted = []byte(`""`) // a string can always be written
			}
			return append(out, quoted...)
		}
	}
	out = append(out, '"')
	out = append(out, text...)
	return append(out, '"')
}
