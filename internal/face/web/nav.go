package web

import (
	"net/http"
	"slices"
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

// navigation returns the entries for who looks. A page that has none is where the first of its crumbs leads to.
func (c *Context) navigation(crumbs []Crumb) []navLink {
	if c.Operator.ID == 0 {
		return nil
	}
	here := c.R.URL.Path
	if len(crumbs) > 0 && !hasItem(c.site.nav, here) {
		here = crumbs[0].Path
	}
	return c.links(c.site.nav, here)
}

// hasItem says whether a path is itself an entry.
func hasItem(items []NavItem, path string) bool {
	return slices.ContainsFunc(items, func(i NavItem) bool { return i.Path == path || hasItem(i.Items, path) })
}

func (c *Context) links(items []NavItem, here string) []navLink {
	var out []navLink
	for _, item := range items {
		link := navLink{NavItem: item, Links: c.links(item.Items, here)}
		switch {
		case c.Exists(item.Path):
		case len(link.Links) > 0:
			link.Path = link.Links[0].Path
		default:
			continue
		}
		link.Current = here == link.Path || link.Path != "/" && strings.HasPrefix(here, link.Path+"/")
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
