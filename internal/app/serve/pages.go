package serve

import (
	"context"
	"net/http"

	"postmeter/internal/app/mailer"
	"postmeter/internal/face/admin"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

// pages are the operator's pages: they answer wherever nothing else does. Who may open which is in their own table of
// routes (face/admin/routes.go).
func pages(d Deps) (Part, error) {
	site, err := admin.New(admin.Deps{Deps: web.Deps{DB: d.DB, Now: d.Now, Log: d.Log}, Vault: d.Vault, Host: mailer.HostName()})
	if err != nil {
		return Part{}, err
	}
	return Part{
		Routes: func(mux *httpkit.Mux) {
			mux.Rest(func(w http.ResponseWriter, r *http.Request) error {
				site.ServeHTTP(w, r)
				return nil
			}, httpkit.Body{Max: web.MaxBody})
		},
		Started: d.welcome,
	}, nil
}

// welcome shows the one-time link that makes the first operator, while there is none.
func (d Deps) welcome(ctx context.Context, address string) error {
	token, err := office.FirstLink(ctx, d.DB, d.By("serve"))
	if err != nil || token == "" || d.Say == nil {
		return err
	}
	return d.Say("Nobody can sign in yet. Open this link within a day to make the first operator:\n" + address + "/first/" + token)
}
