package gather

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
	"postmeter/internal/store"
)

// run is one call of Ingest.
type run struct {
	Order
	ctx context.Context //nolint:containedctx // lives exactly as long as the call

	billing *time.Location // the billing time zone
	servers map[string]hosting.Server

	mine    int64 // records that this run counted from the input that it reads
	figures usage.Figures
	alerts  []string
	sent    map[string]*listDays // of a dry run: by what the logs call lists
}

// prepare learns what the database says about servers and time.
func (run *run) prepare() error {
	run.billing = time.UTC
	if run.DB == nil {
		run.servers = map[string]hosting.Server{}
		if run.Server != "" {
			run.servers[run.Server] = hosting.NewServer(run.Server)
		}
		return nil
	}
	if err := run.DB.Read(run.ctx, run.learn); err != nil {
		return err
	}
	if _, ok := run.servers[run.Server]; !ok && run.Server != "" {
		return run.unknownServer(run.Server)
	}
	return nil
}

func (run *run) learn(s *store.Snapshot) error {
	zone, err := billingZone(s)
	if err != nil {
		return err
	}
	servers, err := s.Servers()
	if err != nil {
		return err
	}
	run.billing, run.servers = zone, make(map[string]hosting.Server, len(servers))
	for _, server := range servers {
		run.servers[server.Name] = server
	}
	return nil
}

// billingZone returns the time zone in which days are counted.
func billingZone(s *store.Snapshot) (*time.Location, error) {
	settings, err := s.Settings()
	if err != nil {
		return nil, err
	}
	return zone("the billing time zone", settings.TimeZone)
}

func zone(what, name string) (*time.Location, error) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s: %q is not known: set one such as Europe/Berlin", what, name)
	}
	return loc, nil
}

func (run *run) unknownServer(name string) error {
	known := slices.Sorted(maps.Keys(run.servers))
	switch {
	case len(known) == 0:
		return fault.New(fault.NotFound, "server %q is not known, nor is any other: import a provider file that has it", name)
	case len(known) > maxNamed:
		return fault.New(fault.NotFound, "server %q is not known (there are %d others): check the name, or import it", name, len(known))
	}
	return fault.New(fault.NotFound, "server %q is not known: import it, or name one of %s", name, strings.Join(known, ", "))
}

// maxNamed is how many names a message lists.
const maxNamed = 10

func (run *run) step(name string) {
	if run.Step != nil {
		run.Step(name)
	}
}

func (run *run) note(format string, args ...any) {
	if run.Note != nil {
		run.Note(fmt.Sprintf(format, args...))
	}
}

func (run *run) result() Result {
	out := Result{Figures: run.figures, Alerts: run.alerts}
	for _, list := range slices.Sorted(maps.Keys(run.sent)) {
		for _, day := range run.sent[list].days {
			out.Usage = append(out.Usage, Day{list, day.day, day.Total})
		}
	}
	return out
}
