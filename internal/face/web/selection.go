package web

import (
	"net/url"
	"strconv"

	"postmeter/internal/domain/fault"
)

// maxSelected is how many rows can be selected one by one.
const maxSelected = 10_000

// Selected is what somebody selected in a list: some rows, or the whole view.
type Selected struct {
	IDs  []int64 // nil when all that match are meant
	List *List   // the view
	Back string  // the view, to go back to
}

// Carry is the selection as hidden fields of the next form.
func (s *Selected) Carry() url.Values {
	out := url.Values{selectQuery: {s.List.Query()}}
	if s.IDs == nil {
		out.Set(selectAll, yes)
	}
	for _, id := range s.IDs {
		out.Add(selectID, strconv.FormatInt(id, 10))
	}
	return out
}

// ReadSelection reads what was selected in a list.
func ReadSelection(c *Context, spec *ListSpec) (*Selected, error) {
	if err := c.R.ParseForm(); err != nil {
		return nil, unreadable(err)
	}
	query, err := url.ParseQuery(c.R.PostForm.Get(selectQuery))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The selection came back damaged. Open the list again.")
	}
	s := &Selected{List: readList(query, spec)}
	s.Back = s.List.url(func(url.Values) {})
	if c.R.PostForm.Get(selectAll) == yes {
		return s, nil
	}
	ids := c.R.PostForm[selectID]
	if len(ids) > maxSelected {
		return nil, fault.New(fault.Invalid, "At most %d rows can be selected one by one. Select all that match instead.", maxSelected)
	}
	for _, text := range ids {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return nil, fault.New(fault.Invalid, "The selection came back damaged. Open the list again.")
		}
		s.IDs = append(s.IDs, id)
	}
	if len(s.IDs) == 0 {
		return nil, fault.New(fault.Invalid, "Nothing was selected. Tick rows first.")
	}
	return s, nil
}
