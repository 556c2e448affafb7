// Package web is what the operator's pages share: routes with their rights, sessions, forms, tables, charts, the layout,
// assets, and the one place that turns errors into pages.
//
// A page is a handler that returns an error, a struct of what it shows, and a templ component. Handlers contain no SQL
// and decide nothing about bills: they call a stage. docs/design/web.md shows each pattern with a file to copy from.
package web
