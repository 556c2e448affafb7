package web

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/a-h/templ"
)

// gzipFrom is the size in bytes from which pages are compressed.
const gzipFrom = 1 << 10

// Page is what the frame shows around the content of a page.
type Page struct {
	Title  string
	Crumbs []Crumb // the pages above this one, the highest first
	Lead   string  // one sentence below the title, or none
	Action *Action // the primary action of the page, or nil
	Second *Action // what is often done before it, or nil
	Wide   bool    // the content is a table that takes all the room there is
}

// Crumb is a page above the one that is shown.
type Crumb struct{ Label, Path string }

// Action is a button that leads somewhere.
type Action struct {
	Label, Path string
	Right       Right // who sees it
}

// Render shows a page in the frame.
func (c *Context) Render(page Page, body templ.Component) error {
	return c.RenderStatus(http.StatusOK, page, body)
}

// RenderStatus is Render with another status than 200. Nothing is sent when the page cannot be made.
func (c *Context) RenderStatus(status int, page Page, body templ.Component) error {
	if page.Action != nil && !c.May(page.Action.Right) {
		page.Action = nil
	}
	if page.Second != nil && !c.May(page.Second.Right) {
		page.Second = nil
	}
	f := frame{Page: page, Operator: c.Operator, Said: takeFlash(c.W, c.R, secure(c.R)), Nav: c.navigation(page.Crumbs), Search: c.site.search && c.Operator.ID != 0}
	if f.Search {
		f.Sought = c.R.URL.Query().Get(SearchField)
		if c.R.URL.Path != searchPath {
			f.Sought = ""
		}
	}
	if c.site.tray != nil && c.Operator.ID != 0 {
		f.Jobs = c.site.tray(c)
	}
	return c.html(status, layout(f, body))
}

// Suggesting says that the answer is wanted for the search box, while somebody types into it.
func (c *Context) Suggesting() bool { return c.R.Header.Get("HX-Request") != "" }

// Fragment sends a part of a page, for htmx.
func (c *Context) Fragment(part templ.Component) error { return c.html(http.StatusOK, part) }

// Attachment sends a file, which a browser stores under the name.
func (c *Context) Attachment(name, contentType string, body []byte) error {
	h := c.W.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	send(c.W, c.R, body)
	return nil
}

func (c *Context) html(status int, page templ.Component) error {
	var out bytes.Buffer
	if err := page.Render(c.Ctx(), &out); err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Encoding")
	body := out.Bytes()
	if len(body) >= gzipFrom && acceptsGzip(c.R) {
		body = compressedQuickly(body)
		h.Set("Content-Encoding", "gzip")
	}
	c.W.WriteHeader(status)
	send(c.W, c.R, body)
	return nil
}
