package access

import (
	"maps"

	"postmeter/internal/domain/apitoken"
)

// Right says who may use a route. The zero value is nobody.
type Right struct {
	Public bool           // everybody
	Local  bool           // programs on this machine, besides others
	Scope  apitoken.Scope // tokens that have it
	Role   string         // operators who have it, once there are pages
}

// rights says of each route who may use it.
var rights = map[string]Right{
	"GET /healthz": {Public: true},
	"GET /readyz":  {Public: true},
	"GET /":        {Public: true}, // the operator's pages, which have a table of their own
	"GET /metrics": {Local: true, Scope: apitoken.Metrics},

	"GET /api/v1/openapi.json": {Public: true},
	"POST /api/v1/usage":       {Scope: apitoken.Usage},
	"POST /api/v1/logs":        {Scope: apitoken.Agent},
	"GET /api/v1/logs/{head}":  {Scope: apitoken.Agent},
	"GET /api/v1/logs/state":   {Scope: apitoken.Agent},
	"POST /api/v1/logs/state":  {Scope: apitoken.Agent},
}

// Rights returns the table: who may use which route, by its pattern.
func Rights() map[string]Right { return maps.Clone(rights) }
