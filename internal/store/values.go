package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
)

// inChunk is how many values one IN list holds. Larger sets take several queries.
const inChunk = 500

// in is where rowsIn puts the values of a query.
const in = "IN (…)"

// rowsIn is rows for a query with IN (…) in it, once for each chunk of the values.
func rowsIn[T any](s *Snapshot, query string, values []T) iter.Seq2[*sql.Rows, error] {
	return func(yield func(*sql.Rows, error) bool) {
		for len(values) > 0 {
			n := min(len(values), inChunk)
			args := make([]any, n)
			for i := range n {
				args[i] = values[i]
			}
			values = values[n:]
			for row, err := range s.rows(strings.Replace(query, in, inList(n), 1), args...) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// inList returns "IN ($1,$2,…)" with n places.
func inList(n int) string {
	text := make([]byte, 0, 5*n+5)
	text = append(text, "IN ("...)
	for i := 1; i <= n; i++ {
		text = append(text, '$')
		text = strconv.AppendInt(text, int64(i), 10)
		text = append(text, ',')
	}
	text[len(text)-1] = ')'
	return string(text)
}

// textsJSON writes a list of texts as a JSON array, letters as they are.
func textsJSON(texts []string) (string, error) {
	if len(texts) == 0 {
		return "[]", nil
	}
	return toJSON(texts)
}

func toJSON(v any) (string, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// textsFrom reads what textsJSON wrote; an empty list is nil.
func textsFrom(text string) ([]string, error) {
	if text == "[]" {
		return nil, nil
	}
	var out []string
	err := json.Unmarshal([]byte(text), &out)
	return out, err
}

// valueRows returns the rows of a VALUES list with their types, and args with their values after it. The number of rows
// is a power of two, so that few different texts are prepared; the last row fills it up, so what is done twice for a row
// must come to the same.
func valueRows(args []any, rows [][]any) (string, []any) {
	size := 1
	for size < len(rows) {
		size *= 2
	}
	var text strings.Builder
	for i := range size {
		before := ", ("
		if i == 0 {
			before = "("
		}
		for _, v := range rows[min(i, len(rows)-1)] {
			args = append(args, v)
			kind := " AS BIGINT)"
			if _, isText := v.(string); isText {
				kind = " AS TEXT)"
			}
			text.WriteString(before + "CAST($" + strconv.Itoa(len(args)) + kind)
			before = ", "
		}
		text.WriteByte(')')
	}
	return text.String(), args
}
