package admin

import (
	"net/http"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// Deps is what the pages need.
type Deps struct {
	web.Deps
	Vault office.Vault // seals second factors and other secrets
	Host  string       // of this machine: mails are from there if no setting says from whom
}

// site is the operator's web.
type site struct {
	Deps
	turn     chan struct{} // see asked
	overview keptSums[store.RunMark, insight.OverviewSums]
	counts   keptSums[string, map[int64]store.ListCounts]
	compared keptSums[int64, servers.Compared]
	nobody   keptSums[int64, nobodysCount]
	reviews  keptSums[billSums, *insight.Review]
	lists    keptSums[billSums, *insight.Checklist]
}

// New makes the operator's web. It answers every path that nobody else does.
func New(deps Deps) (http.Handler, error) {
	s := &site{Deps: deps, turn: make(chan struct{}, 1)}
	pages, err := web.NewSite(deps.Deps, navigation, s.routes())
	if err != nil {
		return nil, err
	}
	pages.SetTray(s.tray)
	return pages, nil
}

// Paths returns the patterns of all that can be opened, such as /customers/{id}.
func Paths() (paths []string) {
	for _, r := range (&site{}).routes() {
		if r.Method == get {
			paths = append(paths, r.Path)
		}
	}
	return paths
}
