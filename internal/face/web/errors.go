package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/httpkit"
)

// outcome is how a kind of failure is told: its status, and what the page says besides the fault.
type outcome struct {
	status int
	title  string
	said   string // what is shown instead of the fault's own words, or ""
	todo   string
}

var outcomes = map[fault.Kind]outcome{
	fault.Invalid:     {http.StatusUnprocessableEntity, "That cannot be done so", "", "Nothing was changed. Go back, mend it, and send it again."},
	fault.NotFound:    {http.StatusNotFound, "Not found", "", "Search for it by its name, or go to the home page."},
	fault.Conflict:    {http.StatusConflict, "This cannot be done now", "", "Nothing was changed. Look at the current state and decide again."},
	fault.Busy:        {http.StatusServiceUnavailable, "Busy", "", "Nothing was changed. Try again in a moment."},
	fault.Denied:      {http.StatusForbidden, "Not allowed", "", ""},
	fault.Unavailable: {http.StatusServiceUnavailable, "Something needed cannot be reached", "", "Nothing was changed. Try again; if it stays so, whoever runs this machine finds the reason in the log."},
	fault.Canceled:    {499, "Given up", "", "The page was left before it was done."},
	fault.Internal: {
		http.StatusInternalServerError, "This did not work", "The program failed at this page. What you sent was not saved.",
		"Try again; if it stays so, whoever runs this machine finds the reason in the log.",
	},
}

// fail is the one place that turns an error into status and page. The log of the request tells the cause.
func (c *Context) fail(err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errSignInFirst) && c.R.Method == http.MethodGet:
		http.Redirect(c.W, c.R, signInPath+"?next="+url.QueryEscape(c.R.URL.RequestURI()), http.StatusSeeOther)
		return
	case errors.As(err, &tooLarge):
		err = fault.New(fault.Invalid, "More was sent than this page takes, which is %d MB.", MaxBody>>20)
	}
	o := outcomes[fault.KindOf(err)]
	if errors.Is(err, errSignInFirst) {
		o.status = http.StatusUnauthorized
	}
	httpkit.Note(c.Ctx(), err)
	said := o.said
	if said == "" {
		said = fault.MessageOf(err)
	}
	body := errorPage(said, o.todo, errors.Is(err, errSignInFirst))
	if failed := c.RenderStatus(o.status, Page{Title: o.title}, body); failed != nil {
		httpkit.Note(c.Ctx(), errors.Join(err, failed))
		http.Error(c.W, o.title+". "+said, o.status)
	}
}

// recovered turns a panic of a handler into the error page.
func (c *Context) recovered() {
	bug := recover()
	if bug == nil {
		return
	}
	if bug == http.ErrAbortHandler { //nolint:errorlint // net/http compares so too
		panic(bug)
	}
	c.site.Log.Error("page panicked", "path", c.R.URL.Path, "bug", bug, "stack", string(debug.Stack()))
	c.fail(fmt.Errorf("panic: %v", bug))
}
