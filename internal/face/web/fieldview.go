package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// defaultRows is how many lines of a long text are in sight.
const defaultRows = 3

func (f *Field) rows() string {
	if f.Rows > 0 {
		return strconv.Itoa(f.Rows)
	}
	return strconv.Itoa(defaultRows)
}

// optionID is the id of one choice. The first has the id of the field, so that a link to the field leads there.
func (f *Field) optionID(i int) string {
	if i == 0 {
		return f.ID()
	}
	return f.ID() + "-" + strconv.Itoa(i)
}

// unitOf is the unit of a field, with how many it is for.
func (f *Form) unitOf(field *Field) string {
	if field.Per == "" {
		return field.Unit
	}
	n := f.Get(field.Per)
	switch whole, err := strconv.ParseInt(n, 10, 64); {
	case n == "" || n == "1":
		return field.Unit + " per " + field.PerOne
	case err == nil:
		n = Thousands(whole)
	}
	return strings.TrimSpace(field.Unit + " per " + n + " " + field.PerMany)
}

// described ties an input to what is said about it, and tells app.js its kind.
func (f *Field) described(wrong string) templ.OrderedAttributes {
	var ids []string
	if f.Unit != "" {
		ids = append(ids, f.ID()+"-unit")
	}
	if f.Help != "" {
		ids = append(ids, f.ID()+"-help")
	}
	var out templ.OrderedAttributes
	add := func(name string, value any) {
		out = append(out, templ.KeyValue[string, any]{Key: name, Value: value})
	}
	if wrong != "" {
		ids = append(ids, f.ID()+"-fault")
		add("aria-invalid", "true")
	}
	if len(ids) > 0 {
		add("aria-describedby", strings.Join(ids, " "))
	}
	if f.Required {
		add("required", true)
	}
	switch f.Kind {
	case Money:
		add("data-normal", "money")
		add("data-decimals", strconv.Itoa(f.decimals()))
	case Number:
		add("data-normal", "number")
	case Date:
		add("data-normal", "date")
	case Month:
		add("data-normal", "month")
	}
	return out
}
