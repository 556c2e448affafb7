package servers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/store"
)

// Limits of what is well.
const (
	clockApart = 2 * time.Minute // between a server's clock and ours
	feedQuiet  = 24 * time.Hour  // without anything of a server's log being read
)

// ValidateAll looks whether servers are as billing needs them, all if none is named, and compares what they have with
// what billing knows. It changes nothing but the reports that it keeps, and the counters of posts.
func ValidateAll(ctx context.Context, d Deps, names []string) ([]*Validation, error) {
	targets, err := d.choose(ctx, names)
	if err != nil {
		return nil, err
	}
	return together(targets, func(t *target) *Validation { return d.validate(ctx, t) }), ctx.Err()
}

func (d *Deps) validate(ctx context.Context, t *target) *Validation {
	v := &Validation{Server: t.Name, Status: Done, At: instant(t.started), Findings: []Finding{}, Missing: []string{}, New: []string{},
		Renamed: []string{}, Back: []string{}, Suggestions: []hosting.Suggestion{}}
	c, formats, err := d.look(ctx, t, v)
	if err != nil {
		v.err, v.Status, v.Error = err, Failed, fault.MessageOf(err)
		v.find(hosting.Trouble, "reachable", fault.MessageOf(err), "")
	}
	if ctx.Err() != nil {
		return v
	}
	err = d.DB.Write(ctx, d.By(), func(tx *store.Tx) error {
		for _, do := range []func() error{
			func() error { return v.feed(&tx.Snapshot, t, formats) },
			func() error { return v.feeds(&tx.Snapshot, t) },
			func() error { return v.suspended(&tx.Snapshot, t) },
			func() error { return v.compare(tx, t, c) },
			func() error { return v.gaps(&tx.Snapshot, t) },
		} {
			if err := do(); err != nil {
				return err
			}
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return tx.SaveValidation(t.ID, string(text))
	})
	v.err = errors.Join(v.err, err)
	return v
}

func (v *Validation) find(severity hosting.Severity, code, message, remedy string) {
	v.Findings = append(v.Findings, Finding{severity, code, message, remedy})
}

// look asks a server how it is, and what it has; nil if it cannot be asked.
func (d *Deps) look(ctx context.Context, t *target, v *Validation) (c *hosting.Catalogue, formats []string, err error) {
	conn, err := d.connect(t, true)
	if err != nil {
		return nil, nil, err
	}
	formats = conn.UsageFormats()
	if conn.Can(listserver.HealthCheck) {
		var h hosting.Health
		if err := d.asked(ctx, func(ctx context.Context) (err error) {
			h, err = conn.Health(ctx)
			return err
		}); err != nil {
			return nil, formats, err
		}
		v.Version = h.Version
		v.clock(h.Clock, d.By().At)
		for _, f := range h.Findings {
			v.find(f.Severity, f.Code, f.Message, f.Remedy)
		}
	}
	if !conn.Can(listserver.Catalogue) {
		v.Status = NoAPI
		return nil, formats, nil
	}
	c, err = d.catalogue(ctx, t, conn)
	return c, formats, err
}

// clock compares a server's clock with ours: usage lies on the days that its clock says.
func (v *Validation) clock(theirs, ours time.Time) {
	if theirs.IsZero() {
		return
	}
	apart := theirs.Sub(ours).Round(time.Second)
	if apart.Abs() > clockApart {
		way := "ahead of"
		if apart < 0 {
			way = "behind"
		}
		v.find(hosting.Warning, "clock", fmt.Sprintf("Its clock is %s %s this machine's.", apart.Abs(), way), "Set both by NTP: what is sent about midnight may count on the wrong day.")
		return
	}
	v.find(hosting.Fine, "clock", "Its clock agrees with this machine's.", "")
}

// feed looks whether the server's log is still read.
func (v *Validation) feed(s *store.Snapshot, t *target, formats []string) error {
	if len(formats) == 0 && t.Kind == "listmonk" {
		return nil // it is asked what it sent
	}
	logs, _, count, err := s.LogsSeen(t.ID, shownLogs)
	if err != nil {
		return err
	}
	if count == 0 {
		return v.unread(s, t)
	}
	var last int64
	for _, l := range logs {
		last = max(last, l.Last)
		if l.Alert != "" {
			v.find(hosting.Warning, "log_alert", "A log was not believed: "+l.Alert+".", "")
		}
	}
	seen := time.UnixMicro(logs[0].SeenAt)
	message := fmt.Sprintf("Its log was last read at %s; the last usage in it is of %s.", instant(seen), or(instantOr(last), "no time"))
	if t.started.Sub(seen) > feedQuiet {
		v.find(hosting.Warning, "log_feed", message, "Look whether the agent or the follower of its log runs, if the server sent anything since.")
		return nil
	}
	v.find(hosting.Fine, "log_feed", message, "")
	return nil
}

// unread says that nothing of the server's logs was read, by what may be the reason.
func (v *Validation) unread(s *store.Snapshot, t *target) error {
	states, err := s.FeedStates()
	if err != nil {
		return err
	}
	feeds := feedsOf(&t.Server, states, t.started)
	if err := markFresh(s, t.ID, feeds, t.started); err != nil {
		return err
	}
	switch {
	case len(feeds) == 0:
		v.find(hosting.Warning, "log_feed", "No log of it was ever read: what it sends is not counted.",
			"Name its log in the form of the server (Edit), let an agent on its machine follow it, or read it with postmeter ingest.")
	case slices.ContainsFunc(feeds, func(f Feed) bool { return f.Fresh() }):
		v.find(hosting.Fine, "log_feed", "No log of it was read yet: which one is to be read was said a moment ago.", "")
	case slices.ContainsFunc(feeds, func(f Feed) bool { return f.Seen() }):
		v.find(hosting.Warning, "log_feed", "Its log is followed, and nothing of the server was in it yet: what it sends is not counted.",
			"Look whether it is the right log, and in the right format, if the server sent anything.")
	default:
		v.find(hosting.Warning, "log_feed", "Its log was never read, though it is to be followed: what it sends is not counted.", "What keeps it from being read stands beside the log.")
	}
	return nil
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// compare tells what the server has and billing does not know, and the other way round.
func (v *Validation) compare(tx *store.Tx, t *target, c *hosting.Catalogue) error {
	if c == nil {
		return nil
	}
	set, err := tx.Settings()
	if err != nil {
		return err
	}
	zone, err := set.Location()
	if err != nil {
		return err
	}
	known, err := tx.ListsOfServer(t.ID)
	if err != nil {
		return err
	}
	diff := hosting.Compare(known, c)
	v.Known, v.MissingAll, v.NewAll = len(diff.Same), len(diff.Missing), len(diff.New)
	if err := diff.Doubt(); err != nil {
		v.Doubt = fault.MessageOf(err)
	}
	for _, k := range first(diff.Missing) {
		v.Missing = append(v.Missing, k.Place.Site+"/"+k.Place.List)
	}
	for _, l := range first(diff.New) {
		v.New = append(v.New, l.Site+"/"+l.Name)
	}
	for _, p := range diff.Same {
		if p.Moved() && len(v.Renamed) < maxNamed {
			v.Renamed = append(v.Renamed, p.Known.Place.Site+"/"+p.Known.Place.List+" to "+p.Listed.Site+"/"+p.Listed.Name)
		}
		if p.Back() && len(v.Back) < maxNamed {
			v.Back = append(v.Back, p.Known.Place.Site+"/"+p.Known.Place.List)
		}
	}
	today := period.DateOf(tx.By().At, zone)
	if v.Suggestions, err = foreseen(&tx.Snapshot, zone, today, t, &diff); err != nil {
		return err
	}
	return savePosts(tx, &diff, today.Month())
}

// savePosts keeps the server's counters of posts.
func savePosts(tx *store.Tx, diff *hosting.Difference, month period.Month) error {
	var counts []store.PostCount
	for _, p := range diff.Same {
		if p.Listed.Posts >= 0 {
			counts = append(counts, store.PostCount{ListID: p.Known.ID, Posts: p.Listed.Posts})
		}
	}
	return tx.SavePostCounts(counts, month)
}

// foreseen suggests renames before a sync has seen them: lists that are not known yet may be ones that are missing.
func foreseen(s *store.Snapshot, zone *time.Location, today period.Date, t *target, diff *hosting.Difference) ([]hosting.Suggestion, error) {
	since := today
	var vanished []hosting.List
	for _, k := range diff.Missing {
		since = min(since, k.Missing)
		vanished = append(vanished, k.List)
	}
	if len(vanished) == 0 {
		return []hosting.Suggestion{}, nil
	}
	appeared, err := s.ListsFoundSince(period.StartOf(since-lookBack, zone).UnixMicro())
	if err != nil {
		return nil, err
	}
	appeared = slices.DeleteFunc(appeared, func(v hosting.List) bool {
		return slices.ContainsFunc(vanished, func(w hosting.List) bool { return v.ID == w.ID }) // no sync has missed it yet
	})
	from, err := traces(s, vanished)
	if err != nil {
		return nil, err
	}
	to, err := traces(s, appeared)
	for _, l := range diff.New {
		trace := hosting.Trace{Place: hosting.Place{Server: t.Name, Site: l.Site, List: l.Name}, Members: l.Members}
		for _, a := range l.Administrators {
			if a.Role == hosting.Owner {
				trace.Owners = append(trace.Owners, a.Address)
			}
		}
		to = append(to, trace)
	}
	return orNone(hosting.Suggest(from, to)), err
}
