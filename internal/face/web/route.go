package web

import (
	"net/http"
	"net/url"
	"strconv"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
)

// Right is the least role that a route asks for. The zero value is nobody: a route must say it.
type Right uint8

// The rights.
const (
	nobody        Right = iota
	Public              // everybody, signed in or not
	Viewer              // everybody who has signed in
	Clerk               // who works on customers and bills
	Administrator       // who sets up
)

// allows says whether a role has the right.
func (r Right) allows(role operator.Role) bool {
	switch r {
	case Public:
		return true
	case Viewer:
		return role.May(operator.Viewer)
	case Clerk:
		return role.May(operator.Clerk)
	case Administrator:
		return role.May(operator.Administrator)
	}
	return false
}

// Handler answers a request, or returns the error that the visitor is told of.
type Handler func(*Context) error

// Route is one line of the table that says what exists, and who may use it.
type Route struct {
	Method  string // GET or POST
	Path    string // as http.ServeMux takes it, such as /charges/{id}
	Right   Right
	Handler Handler
}

// signInPath is where somebody is sent who has not signed in.
const signInPath = "/sign-in"

// errSignInFirst sends a visitor to the page where to sign in.
var errSignInFirst = fault.New(fault.Denied, "Sign in first. Nothing was done.")

// admitted says whether who sent the request may use its route.
func (c *Context) admitted() error {
	switch {
	case c.May(c.route.Right):
		return nil
	case c.Operator.ID == 0:
		return errSignInFirst
	}
	return fault.New(fault.Denied, "A %s may not do this. Nothing was done. An administrator can give you another role.", c.Operator.Role.Title())
}

// ID reads the number that a part of the path must be.
func (c *Context) ID(name string) (int64, error) {
	id, err := strconv.ParseInt(c.R.PathValue(name), 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New(fault.NotFound, "There is no page at this address.")
	}
	return id, nil
}

// Redirect leads on to another page after something was done, with a sentence about it, or none.
func (c *Context) Redirect(path, said string) error {
	if said != "" {
		setFlash(c.W, said, secure(c.R))
	}
	c.W.Header().Set("Cache-Control", "no-store")
	http.Redirect(c.W, c.R, path, http.StatusSeeOther)
	return nil
}

// Local returns a path of this site as it came in a form or a query, and / for anything else.
func Local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || len(path) < 1 || path[0] != '/' || len(path) > 1 && (path[1] == '/' || path[1] == '\\') {
		return "/"
	}
	return path
}
