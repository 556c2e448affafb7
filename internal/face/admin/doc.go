// Package admin holds the operator's pages, one file for each action.
//
// routes.go is the one table that says what exists and who may use it; nav.go says where it stands in the navigation. A
// page is a handler, a struct of what it shows, and a templ component beside it. docs/design/web.md shows how to add one.
package admin
