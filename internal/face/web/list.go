package web

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/period"
)

// ListSpec is what does not change of a list: where it is, and how it can be searched, filtered and sorted. Everything
// that is set stands in the URL, so that a view can be bookmarked and sent.
type ListSpec struct {
	Path    string
	Search  string   // what the search looks at, such as: company, contact or address; "": no search
	Sorts   []string // keys of columns; the first is the order without a choice; a "-" before the key: falling first
	Filters []Filter
	Onwards bool // pages are only found onwards: the way back stands in the URL
}

// Filter is one way to narrow a list.
type Filter struct {
	Name    string
	Label   string
	Any     string   // the choice of nothing; "": Any
	Options []Option // the choices; none: a date is typed, or a text
	Text    bool     // any text is typed
}

// Limits of what a list takes from the URL, in bytes.
const (
	maxSearch = 200
	maxCursor = 2000
	maxTrail  = 100 // pages that can be gone back, one by one
)

// List is a view of a list, as the URL says it. What the URL says wrongly is left out.
type List struct {
	Spec          *ListSpec
	Search        string
	Values        map[string]string // of filters that are set
	Sort          string            // key of a column
	Falling       bool
	After, Before string // the cursor: rows after it, or before it, in the order of the sort
	trail         []string
}

// Reserved names in the URL of a list.
const (
	querySearch = SearchField
	querySort   = "sort"
	queryAfter  = "after"
	queryBefore = "before"
	queryTrail  = "trail"
)

// ReadList reads the view that the URL asks for.
func ReadList(c *Context, spec *ListSpec) *List { return readList(c.R.URL.Query(), spec) }

func readList(query url.Values, spec *ListSpec) *List {
	l := &List{Spec: spec, Values: map[string]string{}}
	if text := query.Get(querySearch); spec.Search != "" && utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
		l.Search = strings.TrimSpace(text)
		if len(l.Search) > maxSearch {
			l.Search = strings.ToValidUTF8(l.Search[:maxSearch], "")
		}
	}
	for _, f := range spec.Filters {
		if value := query.Get(f.Name); f.takes(value) {
			l.Values[f.Name] = value
		}
	}
	l.Sort, l.Falling = direction(spec.Sorts[0])
	if key, falling := direction(query.Get(querySort)); slices.ContainsFunc(spec.Sorts, func(s string) bool { k, _ := direction(s); return k == key }) {
		l.Sort, l.Falling = key, falling
	}
	if after := query.Get(queryAfter); len(after) <= maxCursor && utf8.ValidString(after) {
		l.After = after
	}
	if before := query.Get(queryBefore); l.After == "" && len(before) <= maxCursor && utf8.ValidString(before) {
		l.Before = before
	}
	if trail := query.Get(queryTrail); spec.Onwards && l.After != "" && trail != "" && len(trail) <= maxCursor && utf8.ValidString(trail) {
		l.trail = strings.Split(trail, trailMark)
	}
	return l
}

// trailMark parts the cursors of earlier pages.
const trailMark = "_"

// nothing is the choice that narrows nothing.
func (f *Filter) nothing() string {
	if f.Any != "" {
		return f.Any
	}
	return "Any"
}

func (f *Filter) takes(value string) bool {
	if f.Text {
		return value != "" && len(value) <= maxSearch && utf8.ValidString(value) && !strings.ContainsRune(value, 0)
	}
	if len(f.Options) == 0 {
		_, err := period.Parse(value)
		return err == nil
	}
	return value != "" && slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}

func direction(sort string) (key string, falling bool) {
	key, falling = strings.CutPrefix(sort, "-")
	return key, falling
}

// query returns what stands in the URL for the view, without the cursor.
func (l *List) query() url.Values {
	out := url.Values{}
	if l.Search != "" {
		out.Set(querySearch, l.Search)
	}
	for name, value := range l.Values {
		out.Set(name, value)
	}
	sort := l.Sort
	if l.Falling {
		sort = "-" + sort
	}
	if sort != l.Spec.Sorts[0] {
		out.Set(querySort, sort)
	}
	return out
}

// Query is the view as text, without the cursor: what "all that match" means.
func (l *List) Query() string { return l.query().Encode() }

func (l *List) url(change func(url.Values)) string {
	q := l.query()
	change(q)
	if len(q) == 0 {
		return l.Spec.Path
	}
	return l.Spec.Path + "?" + q.Encode()
}

// SortURL is the view sorted by a column; a second time it is the other way round.
func (l *List) SortURL(key string) string {
	return l.url(func(q url.Values) {
		sort := key
		if l.Sort == key && !l.Falling {
			sort = "-" + key
		}
		if q.Del(querySort); sort != l.Spec.Sorts[0] {
			q.Set(querySort, sort)
		}
	})
}

// Chip is something that is set, and the view without it.
type Chip struct{ Label, Value, Without string }

// Chips returns what is set: search and filters.
func (l *List) Chips() []Chip {
	var out []Chip
	if l.Search != "" {
		out = append(out, Chip{"Search", l.Search, l.url(func(q url.Values) { q.Del(querySearch) })})
	}
	for _, f := range l.Spec.Filters {
		value, set := l.Values[f.Name]
		if !set {
			continue
		}
		shown := value
		for _, o := range f.Options {
			if o.Value == value {
				shown = o.Label
			}
		}
		out = append(out, Chip{f.Label, shown, l.url(func(q url.Values) { q.Del(f.Name) })})
	}
	return out
}

// Narrowed says whether anything is set.
func (l *List) Narrowed() bool { return l.Search != "" || len(l.Values) > 0 }

// nextURL is the page after a cursor.
func (l *List) nextURL(cursor string) string {
	return l.url(func(q url.Values) {
		q.Set(queryAfter, cursor)
		if l.Spec.Onwards && l.After != "" {
			trail := append(slices.Clone(l.trail), l.After)
			q.Set(queryTrail, strings.Join(trail[max(0, len(trail)-maxTrail):], trailMark))
		}
	})
}

// prevURL is the page before a cursor, or, where pages are only found onwards, the one from which this one was reached.
func (l *List) prevURL(cursor string) string {
	return l.url(func(q url.Values) {
		last := len(l.trail) - 1
		switch {
		case !l.Spec.Onwards:
			q.Set(queryBefore, cursor)
		case last >= 0:
			q.Set(queryAfter, l.trail[last])
			if last > 0 {
				q.Set(queryTrail, strings.Join(l.trail[:last], trailMark))
			}
		}
	})
}

// hasPrev says whether there is a page before, which has this cursor if it has one.
func (l *List) hasPrev(cursor string) bool {
	if l.Spec.Onwards {
		return l.After != ""
	}
	return cursor != ""
}

// ariaSort says how a column is sorted.
func (l *List) ariaSort(key string) string {
	switch {
	case l.Sort != key:
		return "none"
	case l.Falling:
		return "descending"
	}
	return "ascending"
}

// ReadQuery reads the view that a query says, as List.Query wrote it.
func ReadQuery(query url.Values, spec *ListSpec) *List { return readList(query, spec) }
