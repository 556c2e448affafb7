package web

import (
	"strconv"

	"postmeter/internal/domain/operator"
)

// frame is what surrounds the content of a page.
type frame struct {
	Page
	Operator operator.Operator
	Said     string // what was done by the page before
	Nav      []navLink
	Search   bool
	Sought   string
	Jobs     []Job
}

// htmxConfig keeps htmx from making styles of its own, and from reaching other sites.
const htmxConfig = `{"includeIndicatorCSS": false, "mode": "same-origin", "transitions": false}`

func (j Job) percent() string { return strconv.Itoa(j.Percent) }
