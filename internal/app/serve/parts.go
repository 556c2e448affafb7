package serve

import (
	"context"
	"log/slog"
	"time"

	"postmeter/internal/app/jobs"
	"postmeter/internal/domain/timetable"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/store"
)

// Deps is what parts are made from.
type Deps struct {
	DB    *store.DB
	Now   func() time.Time // the one clock
	Log   *slog.Logger
	Vault Vault  // for secrets in the database
	SMTP  string // where mails go instead of to the mail server of the settings, or ""; may hold a password
	// Say shows a line to whoever started the process, beside the log; may be nil.
	Say func(line string) error
}

// By is who acts and when, for what the process does by itself.
func (d Deps) By(actor string) store.By { return store.By{Actor: actor, At: d.Now()} }

// Part is something that the process does. Every field may be left out.
type Part struct {
	Routes func(*httpkit.Mux) // routes outside of the API, whose own are listed in api.Routes
	Loops  []Loop             // what runs as long as the process does
	// Started is called once the process listens, with the address by which it is reached, such as http://127.0.0.1:8080.
	Started func(ctx context.Context, address string) error

	Jobs      map[string]jobs.Handler  // who does which kind of jobs
	Brief     map[string]time.Duration // how long jobs of kinds are kept once they ended, where that is shorter than usual
	Schedules []timetable.Schedule     // what is done again and again; what was set of one stays
}

// Loop is work that goes on until its context ends. One that returns earlier, with or without an error, is started
// again after a while; other loops never notice.
type Loop struct {
	Name string
	Run  func(context.Context) error
}

// parts lists what the process does. To add a capability, write a function that makes its Part, and name it here.
func parts(d Deps) ([]Part, error) {
	operators, err := pages(d)
	if err != nil {
		return nil, err
	}
	return []Part{operators, following(d), asking(d), validating(d), reporting(d), billing(d), trying(d), words(d)}, nil
}
