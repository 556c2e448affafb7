package admin

import "postmeter/internal/face/web"

// billRoutes are the pages of billing: running, looking, sending, settling.
func (s *site) billRoutes() []web.Route {
	return []web.Route{
		{Method: get, Path: "/bill", Right: web.Viewer, Handler: s.bill},
		{Method: get, Path: "/bill/run", Right: web.Clerk, Handler: s.runAll},
		{Method: post, Path: "/bill/selection", Right: web.Clerk, Handler: s.runSelected},
		{Method: post, Path: "/bill/run", Right: web.Clerk, Handler: s.run},
		{Method: get, Path: "/bill/review", Right: web.Viewer, Handler: s.review},
		{Method: get, Path: "/checklist", Right: web.Viewer, Handler: s.checklist},

		{Method: get, Path: "/bills", Right: web.Viewer, Handler: s.bills},
		{Method: get, Path: "/bills/{id}", Right: web.Viewer, Handler: s.invoice},
		{Method: get, Path: "/bills/{id}/lines/{line}", Right: web.Viewer, Handler: s.invoiceLine},
		{Method: get, Path: "/bills/{id}/pay", Right: web.Clerk, Handler: s.pay},
		{Method: post, Path: "/bills/{id}/pay", Right: web.Clerk, Handler: s.paySave},
		{Method: get, Path: "/bills/{id}/entries/{entry}/take-back", Right: web.Clerk, Handler: s.takeBack},
		{Method: post, Path: "/bills/{id}/entries/{entry}/take-back", Right: web.Clerk, Handler: s.takeBackSave},
		{Method: get, Path: "/bills/{id}/write-off", Right: web.Clerk, Handler: s.writeOff},
		{Method: post, Path: "/bills/{id}/write-off", Right: web.Clerk, Handler: s.writeOffSave},
		{Method: get, Path: "/bills/{id}/void", Right: web.Clerk, Handler: s.void},
		{Method: post, Path: "/bills/{id}/void", Right: web.Clerk, Handler: s.voidSave},
		{Method: get, Path: "/bills/{id}/again", Right: web.Clerk, Handler: s.again},
		{Method: post, Path: "/bills/{id}/again", Right: web.Clerk, Handler: s.againRun},

		{Method: get, Path: "/send", Right: web.Viewer, Handler: s.send},
		{Method: get, Path: "/send/test", Right: web.Clerk, Handler: s.testAll},
		{Method: get, Path: "/send/run", Right: web.Clerk, Handler: s.sendAll},
		{Method: post, Path: "/send/test-selected", Right: web.Clerk, Handler: s.testSelected},
		{Method: post, Path: "/send/send-selected", Right: web.Clerk, Handler: s.sendSelected},
		{Method: post, Path: "/send/test", Right: web.Clerk, Handler: s.testRun},
		{Method: post, Path: "/send/run", Right: web.Clerk, Handler: s.sendRun},
	}
}
