package serve

import (
	"context"
	"sync"
	"time"

	"postmeter/internal/app/jobs"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/timetable"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/kinds"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
)

// When list servers are asked by themselves. Lists are read at night, when the day's number of members is what it was for
// most of it; counters often, since what they grew by counts on the day on which they are read.
const (
	syncMinute     = 3 * 60 // of the day, in the billing time zone
	validateMinute = 4*60 + 30
	countersEvery  = 30 * time.Minute
)

// asking syncs and validates list servers, when somebody asks and by itself.
func asking(d Deps) Part {
	return Part{
		Jobs: map[string]jobs.Handler{
			servers.SyncJob: func(ctx context.Context, run *jobs.Run) error {
				return ask(ctx, run, d, func(ctx context.Context, deps servers.Deps, o servers.Order) (any, error) {
					return servers.SyncAll(ctx, deps, o.Names, servers.SyncOptions{Confirm: o.Confirm, Counter: gather.CounterStarts[o.Counter]})
				})
			},
			servers.ValidateJob: func(ctx context.Context, run *jobs.Run) error {
				return ask(ctx, run, d, func(ctx context.Context, deps servers.Deps, o servers.Order) (any, error) {
					return servers.ValidateAll(ctx, deps, o.Names)
				})
			},
			servers.FixJob:      func(ctx context.Context, run *jobs.Run) error { return ask(ctx, run, d, fixServer) },
			servers.CountersJob: func(ctx context.Context, run *jobs.Run) error { return ask(ctx, run, d, readCounters) },
			servers.FindJob:     d.findMembers,
			servers.DeleteJob:   d.deleteMembers,
		},
		Brief: map[string]time.Duration{servers.FindJob: servers.PeopleKept, servers.DeleteJob: servers.PeopleKept},
		Schedules: []timetable.Schedule{
			{Name: "sync of all servers", Kind: servers.SyncJob, Minute: syncMinute, Enabled: true},
			{Name: "validation of all servers", Kind: servers.ValidateJob, Minute: validateMinute, Enabled: true},
			{Name: "counters of mails", Kind: servers.CountersJob, Every: countersEvery, Enabled: true},
		},
	}
}

// ask does one job of asking. What goes wrong with one server stands in its result, and never fails the job.
func ask(ctx context.Context, run *jobs.Run, d Deps, do func(context.Context, servers.Deps, servers.Order) (any, error)) error {
	var o servers.Order
	if err := run.Read(&o); err != nil {
		return err
	}
	result, err := do(ctx, d.servers(run), o)
	if err != nil {
		return err
	}
	run.Result(result)
	return nil
}

// findMembers looks for members on all servers.
func (d Deps) findMembers(ctx context.Context, run *jobs.Run) error {
	var o servers.SearchOrder
	if err := run.Read(&o); err != nil {
		return err
	}
	found, err := servers.FindMembers(ctx, d.servers(run), nil, o.Patterns)
	if err != nil {
		return err
	}
	for _, m := range found {
		m.Cut(servers.MaxShown)
	}
	run.Result(found)
	return nil
}

// deleteMembers takes people off lists. Who was taken off before it was cut off is told as being no more on the list.
func (d Deps) deleteMembers(ctx context.Context, run *jobs.Run) error {
	var o servers.DeleteOrder
	if err := run.Read(&o); err != nil {
		return err
	}
	deleted, err := servers.DeleteChosen(ctx, d.servers(run), o.Members)
	if err != nil {
		return err
	}
	run.Result(deleted)
	return nil
}

// servers is what asking works with: whoever asked for the job acts, and its progress is that of all servers together.
func (d Deps) servers(run *jobs.Run) servers.Deps {
	var mu sync.Mutex
	read, all := map[string]int{}, map[string]int{}
	return servers.Deps{DB: d.DB, By: func() store.By { return d.By(run.Job.Actor) }, Open: kinds.Open, Vault: d.Vault,
		Progress: func(server string, n, of int) {
			mu.Lock()
			defer mu.Unlock()
			read[server], all[server] = max(read[server], n), max(all[server], of, n)
			var done, total int64
			for name := range all {
				done, total = done+int64(read[name]), total+int64(all[name])
			}
			run.Progress(done, total, "lists of "+server)
		}}
}

// fixServer marks lists of one server gone that a person has chosen. The server is asked first, unless it is gone for ever.
func fixServer(ctx context.Context, deps servers.Deps, o servers.Order) (any, error) {
	if len(o.Names) != 1 {
		return nil, fault.New(fault.Invalid, "lists of one server are marked gone at a time; nothing was changed")
	}
	plan, err := planFix(ctx, deps, o)
	if err != nil {
		return nil, err
	}
	fixed, err := plan.Apply(ctx, deps)
	if err != nil {
		return nil, err
	}
	_, err = servers.ValidateAll(ctx, deps, o.Names) // so that the report no longer names them
	return fixed, err
}

func planFix(ctx context.Context, deps servers.Deps, o servers.Order) (*servers.FixPlan, error) {
	if o.WithoutAsking {
		return servers.PlanFixWithoutAsking(ctx, deps, o.Names[0], o.Lists)
	}
	return servers.PlanFix(ctx, deps, o.Names[0], o.Lists, false, o.Confirm)
}

// readCounters syncs the servers that keep counters whose growth is usage.
func readCounters(ctx context.Context, deps servers.Deps, _ servers.Order) (any, error) {
	all, err := servers.List(ctx, deps.DB, deps.By().At)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range all {
		if s, err := kinds.Open(listserver.Address{Kind: all[i].Kind, URL: "https://localhost"}, listserver.Options{}); err == nil && s.Can(listserver.SentCounters) {
			names = append(names, all[i].Name)
		}
	}
	if len(names) == 0 {
		return []*servers.SyncResult{}, nil
	}
	return servers.SyncAll(ctx, deps, names, servers.SyncOptions{})
}
