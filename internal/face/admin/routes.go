package admin

import (
	"slices"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

// The methods of routes.
const (
	get  = "GET"
	post = "POST"
)

// routes is the table of everything that exists, with who may use it. A route that is not here does not exist, and one
// without a right is refused at the start.
func (s *site) routes() []web.Route {
	return slices.Concat(s.doorRoutes(), s.customerRoutes(), s.billRoutes(), s.searchRoutes(), s.findRoutes(), s.reportRoutes(), []web.Route{
		{Method: get, Path: "/{$}", Right: web.Viewer, Handler: s.home},

		{Method: get, Path: "/jobs", Right: web.Viewer, Handler: s.jobs},
		{Method: get, Path: "/jobs/{id}", Right: web.Viewer, Handler: s.job},
		{Method: post, Path: "/jobs/{id}/{what}", Right: web.Clerk, Handler: s.jobAsk},

		{Method: get, Path: "/servers", Right: web.Viewer, Handler: s.servers},
		{Method: get, Path: "/servers/new", Right: web.Administrator, Handler: s.serverNew},
		{Method: post, Path: "/servers/new", Right: web.Administrator, Handler: s.serverCreate},
		{Method: post, Path: "/servers/validate", Right: web.Clerk, Handler: s.serversValidate},
		{Method: post, Path: "/servers/sync", Right: web.Clerk, Handler: s.serversSync},
		{Method: get, Path: "/servers/{id}", Right: web.Viewer, Handler: s.server},
		{Method: get, Path: "/servers/{id}/edit", Right: web.Administrator, Handler: s.serverEdit},
		{Method: post, Path: "/servers/{id}/edit", Right: web.Administrator, Handler: s.serverSave},
		{Method: post, Path: "/servers/{id}/fix", Right: web.Clerk, Handler: s.serverFix},
		{Method: get, Path: "/servers/{id}/move", Right: web.Clerk, Handler: s.serverMove},
		{Method: post, Path: "/servers/{id}/move", Right: web.Clerk, Handler: s.serverMoveDo},

		{Method: get, Path: "/servers/{id}/history", Right: web.Viewer, Handler: s.historyOf(office.Servers, "server", "/servers")},
		{Method: get, Path: "/plans/{id}/history", Right: web.Viewer, Handler: s.historyOf(office.Plans, "plan", "/plans")},
		{Method: get, Path: "/charges/{id}/history", Right: web.Viewer, Handler: s.historyOf(office.Charges, "charge", "/charges")},
		{Method: get, Path: "/settings/history", Right: web.Administrator, Handler: s.historyOf(office.Settings, "settings", "/settings")},
		{Method: get, Path: "/admins/{id}/history", Right: web.Administrator, Handler: s.adminHistory},
		{Method: get, Path: "/admins/{id}/second-factor/off", Right: web.Administrator, Handler: s.adminFactor},
		{Method: post, Path: "/admins/{id}/second-factor/off", Right: web.Administrator, Handler: s.adminFactorOff},

		{Method: get, Path: unassignedPath, Right: web.Viewer, Handler: s.unassigned},
		{Method: post, Path: unassignedPath, Right: web.Clerk, Handler: s.unassignedTo},

		{Method: get, Path: "/settings", Right: web.Administrator, Handler: s.settings},
		{Method: post, Path: "/settings", Right: web.Administrator, Handler: s.settingsSave},
		{Method: get, Path: "/settings/logo", Right: web.Administrator, Handler: s.logo},
		{Method: post, Path: "/settings/logo", Right: web.Administrator, Handler: s.logoSave},
		{Method: post, Path: "/settings/test-mail", Right: web.Administrator, Handler: s.testMail},
		{Method: get, Path: "/admins", Right: web.Administrator, Handler: s.admins},
		{Method: get, Path: "/admins/new", Right: web.Administrator, Handler: s.adminNew},
		{Method: post, Path: "/admins/new", Right: web.Administrator, Handler: s.adminCreate},
		{Method: get, Path: "/admins/{id}", Right: web.Administrator, Handler: s.admin},
		{Method: post, Path: "/admins/{id}", Right: web.Administrator, Handler: s.adminSave},
		{Method: get, Path: "/admins/{id}/password", Right: web.Administrator, Handler: s.adminPassword},
		{Method: post, Path: "/admins/{id}/password", Right: web.Administrator, Handler: s.adminPasswordSave},

		{Method: get, Path: "/plans", Right: web.Viewer, Handler: s.plans},
		{Method: get, Path: "/plans/new", Right: web.Clerk, Handler: s.planNew},
		{Method: post, Path: "/plans/new", Right: web.Clerk, Handler: s.planCreate},
		{Method: post, Path: "/plans/example", Right: web.Clerk, Handler: s.planExampleShow},
		{Method: get, Path: "/plans/{id}", Right: web.Viewer, Handler: s.plan},
		{Method: get, Path: "/plans/{id}/edit", Right: web.Clerk, Handler: s.planEdit},
		{Method: post, Path: "/plans/{id}/edit", Right: web.Clerk, Handler: s.planSave},

		{Method: get, Path: "/charges", Right: web.Viewer, Handler: s.charges},
		{Method: get, Path: "/charges/new", Right: web.Clerk, Handler: s.chargeNew},
		{Method: post, Path: "/charges/new", Right: web.Clerk, Handler: s.chargeCreate},
		{Method: get, Path: "/charges/{id}", Right: web.Viewer, Handler: s.charge},
		{Method: get, Path: "/charges/{id}/edit", Right: web.Clerk, Handler: s.chargeEdit},
		{Method: post, Path: "/charges/{id}/edit", Right: web.Clerk, Handler: s.chargeSave},

		{Method: get, Path: "/customers", Right: web.Viewer, Handler: s.customers},
	})
}

// doorRoutes are those through which people come in, and their own.
func (s *site) doorRoutes() []web.Route {
	return []web.Route{
		{Method: get, Path: "/first/{token}", Right: web.Public, Handler: s.first},
		{Method: post, Path: "/first/{token}", Right: web.Public, Handler: s.firstMake},
		{Method: get, Path: "/sign-in", Right: web.Public, Handler: s.signIn},
		{Method: post, Path: "/sign-in", Right: web.Public, Handler: s.signInTry},
		{Method: get, Path: "/sign-in/code", Right: web.Public, Handler: s.code},
		{Method: post, Path: "/sign-in/code", Right: web.Public, Handler: s.codeTry},
		{Method: post, Path: "/sign-out", Right: web.Public, Handler: s.signOut},

		{Method: get, Path: "/profile", Right: web.Viewer, Handler: s.profile},
		{Method: get, Path: "/profile/password", Right: web.Viewer, Handler: s.password},
		{Method: post, Path: "/profile/password", Right: web.Viewer, Handler: s.passwordSave},
		{Method: get, Path: "/profile/second-factor", Right: web.Viewer, Handler: s.secondFactor},
		{Method: post, Path: "/profile/second-factor", Right: web.Viewer, Handler: s.secondFactorOn},
		{Method: post, Path: "/profile/second-factor/off", Right: web.Viewer, Handler: s.secondFactorOff},
		{Method: post, Path: "/profile/sessions/end", Right: web.Viewer, Handler: s.sessionsEnd},
	}
}
