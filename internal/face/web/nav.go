package web

import (
	"net/http"
	"strings"
)

// searchPath is where the search box leads to. The box is shown when a route is there.
const searchPath = "/search"

// SearchField names what is sought in the query of searches.
const SearchField = "q"

// NavItem is an entry of the navigation. It is shown when its page exists and the visitor may see it.
type NavItem struct {
	Label string
	Path  string
	Icon  string    // the name of a symbol in icons.svg
	Items []NavItem // below it; an item without a page of its own leads to the first of them
}

// navLink is an entry as it is shown.
type navLink struct {
	NavItem
	Current bool // the page itself, or one below it
	Links   []navLink
}

// Job is running work that the header shows.
type Job struct {
	Label   string // such as: Running bills
	Percent int
	Path    string
}

// navigation returns the entries for who looks.
func (c *Context) navigation() []navLink {
	if c.Operator.ID == 0 {
		return nil
	}
	return c.links(c.site.nav)
}

func (c *Context) links(items []NavItem) []navLink {
	var out []navLink
	for _, item := range items {
		link := navLink{NavItem: item, Links: c.links(item.Items)}
		switch {
		case c.Exists(item.Path):
		case len(link.Links) > 0:
			link.Path = link.Links[0].Path
		default:
			continue
		}
		link.Current = c.at(link.Path)
		for _, below := range link.Links {
			link.Current = link.Current || below.Current
		}
		out = append(out, link)
	}
	return out
}

// Exists says whether there is a page at a path that the visitor may see.
func (c *Context) Exists(path string) bool {
	for _, r := range c.site.routes {
		if r.Method == http.MethodGet && fits(strings.TrimSuffix(r.Path, "{$}"), path) {
			return c.May(r.Right)
		}
	}
	return false
}

// fits says whether a path is one of those that a route has: {id} is anything.
func fits(route, path string) bool {
	for {
		part, rest, more := strings.Cut(route, "/")
		at, left, longer := strings.Cut(path, "/")
		if part != at && !strings.HasPrefix(part, "{") || more != longer {
			return false
		}
		if !more {
			return true
		}
		route, path = rest, left
	}
}

// at says whether the page is at a path or below it.
func (c *Context) at(path string) bool {
	here := c.R.URL.Path
	return here == path || path != "/" && strings.HasPrefix(here, path+"/")
}
