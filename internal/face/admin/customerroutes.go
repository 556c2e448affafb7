package admin

import (
	"net/http"

	"postmeter/internal/face/web"
)

// customerRoutes are those of customers, their groups and assignments.
func (s *site) customerRoutes() []web.Route {
	const (
		get      = http.MethodGet
		post     = http.MethodPost
		one      = "/customers/{id}"
		groups   = one + "/groups"
		group    = groups + "/{group}"
		assigned = group + "/{what}/{assignment}"
	)
	routes := []web.Route{
		{Method: get, Path: "/customers/new", Right: web.Clerk, Handler: s.customerNew},
		{Method: post, Path: "/customers/new", Right: web.Clerk, Handler: s.customerCreate},
		{Method: get, Path: "/validation", Right: web.Viewer, Handler: s.validation},
		{Method: post, Path: "/validation", Right: web.Clerk, Handler: s.validate},
		{Method: post, Path: "/customers/many", Right: web.Clerk, Handler: s.customersMany},
		{Method: post, Path: "/customers/many/preview", Right: web.Clerk, Handler: s.customersPreview},
		{Method: post, Path: "/customers/many/save", Right: web.Clerk, Handler: s.customersSave},
		{Method: get, Path: one, Right: web.Viewer, Handler: s.customer},
		{Method: get, Path: one + "/edit", Right: web.Clerk, Handler: s.customerEdit},
		{Method: post, Path: one + "/edit", Right: web.Clerk, Handler: s.customerSave},
		{Method: get, Path: one + "/statement", Right: web.Viewer, Handler: s.customerStatement},
		{Method: get, Path: one + "/history", Right: web.Viewer, Handler: s.history},
		{Method: post, Path: one + "/history", Right: web.Clerk, Handler: s.noteAdd},
		{Method: get, Path: one + "/terminate", Right: web.Clerk, Handler: s.terminate},
		{Method: post, Path: one + "/end", Right: web.Clerk, Handler: s.customerEnd},
		{Method: post, Path: one + "/active", Right: web.Clerk, Handler: s.customerActive(true)},
		{Method: post, Path: one + "/inactive", Right: web.Clerk, Handler: s.customerActive(false)},
		{Method: post, Path: one + "/delete", Right: web.Clerk, Handler: s.customerDelete},

		{Method: get, Path: groups, Right: web.Viewer, Handler: s.groups},
		{Method: get, Path: groups + "/new", Right: web.Clerk, Handler: s.groupNew},
		{Method: post, Path: groups + "/new", Right: web.Clerk, Handler: s.groupCreate},
		{Method: get, Path: group, Right: web.Viewer, Handler: s.group},
		{Method: get, Path: group + "/edit", Right: web.Clerk, Handler: s.groupEdit},
		{Method: post, Path: group + "/edit", Right: web.Clerk, Handler: s.groupSave},
		{Method: get, Path: group + "/remove", Right: web.Clerk, Handler: s.groupRemoveAsk},
		{Method: post, Path: group + "/remove", Right: web.Clerk, Handler: s.groupRemove},

		{Method: get, Path: group + "/{what}/new", Right: web.Clerk, Handler: s.assignmentNew},
		{Method: post, Path: group + "/{what}/new", Right: web.Clerk, Handler: s.assignmentCreate},
		{Method: get, Path: assigned + "/edit", Right: web.Clerk, Handler: s.assignmentEdit},
		{Method: post, Path: assigned + "/edit", Right: web.Clerk, Handler: s.assignmentSave},
		{Method: get, Path: assigned + "/remove", Right: web.Clerk, Handler: s.assignmentRemoveAsk},
		{Method: post, Path: assigned + "/remove", Right: web.Clerk, Handler: s.assignmentRemove},
	}
	for _, kind := range pickKinds {
		add := group + "/add/" + string(kind)
		routes = append(routes,
			web.Route{Method: get, Path: add, Right: web.Clerk, Handler: s.pickPage(kind)},
			web.Route{Method: post, Path: add, Right: web.Clerk, Handler: s.pickDates(kind)},
			web.Route{Method: post, Path: group + "/assign/" + string(kind), Right: web.Clerk, Handler: s.pickSave(kind)})
	}
	return routes
}
