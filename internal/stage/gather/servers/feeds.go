package servers

import (
	"fmt"
	"slices"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
)

// Who reads a log.
const (
	ByServe = "serve" // on the machine of billing, as the server's logs say
	ByAgent = "agent" // where it lies, and reports it
)

// Feed is a log of a server that is followed, and how that goes. Instants are UTC.
type Feed struct {
	Path      string `json:"path"`
	Format    string `json:"format"`
	ReadBy    string `json:"read_by"`
	Machine   string `json:"machine"`     // that reads it; "" before it was ever read
	ReadUntil string `json:"read_until"`  // whatever was written to it before then was seen; "" if it was never read
	Lag       int64  `json:"lag_seconds"` // since then
	Unread    int64  `json:"unread_bytes"`
	LastLine  string `json:"last_line"` // when it was last seen to have grown; "" if that is not known
	Problem   string `json:"problem,omitempty"`
	Alert     string `json:"alert,omitempty"` // what was last odd about it
	AlertAt   string `json:"alert_at,omitempty"`

	alertAt int64
	fresh   bool // it was named a moment ago: nobody can have read it yet
}

// Fresh says whether it was never read since it was named a moment ago.
func (f *Feed) Fresh() bool { return f.fresh && !f.Seen() }

// Seen says whether it was ever read.
func (f *Feed) Seen() bool { return f.ReadUntil != "" }

// Behind is how long nothing of it was looked at.
func (f *Feed) Behind() time.Duration { return time.Duration(f.Lag) * time.Second }

// feedsOf returns the logs of a server: those that serve is to follow, and those that machines told of.
func feedsOf(server *hosting.Server, states []hosting.FeedState, now time.Time) []Feed {
	out := []Feed{}
	configured := func(path string) bool {
		return slices.ContainsFunc(server.Logs, func(f hosting.Feed) bool { return f.Path == path })
	}
	told := map[string]bool{}
	for i := range states {
		s := &states[i]
		if s.Server != server.Name {
			continue
		}
		told[s.Path] = true
		f := Feed{Path: s.Path, Format: s.Format, ReadBy: ByAgent, Machine: s.Machine, ReadUntil: instantOr(s.SeenAt), Unread: max(0, s.Size-s.Offset),
			LastLine: instantOr(s.GrownAt), Problem: s.Problem, Alert: s.Alert, AlertAt: instantOr(s.AlertAt), alertAt: s.AlertAt}
		if configured(s.Path) {
			f.ReadBy = ByServe
		}
		if s.SeenAt != 0 {
			f.Lag = int64(max(0, now.Sub(time.UnixMicro(s.SeenAt))) / time.Second)
		}
		out = append(out, f)
	}
	for _, f := range server.Logs {
		if !told[f.Path] {
			out = append(out, Feed{Path: f.Path, Format: f.Format, ReadBy: ByServe})
		}
	}
	return out
}

// Limits of what is well with a feed.
const (
	feedStands  = time.Hour           // without being looked at
	feedBegins  = 10 * time.Minute    // after it was named
	alertIsNews = 30 * 24 * time.Hour // since what is odd was told
)

// State says in a few words how the following goes, the worst first: "" if all is well.
func (f *Feed) State() string {
	switch {
	case f.Problem != "":
		return f.Problem
	case f.Fresh():
		return "not read yet"
	case !f.Seen():
		return "was never read"
	case f.Behind() > feedStands:
		return "not read for " + hosting.Span(f.Behind())
	case f.Alert != "":
		return "see alert of " + f.AlertAt
	default:
		return ""
	}
}

// name says which log on which machine it is, for people.
func (f *Feed) name() string {
	switch {
	case f.ReadBy == ByServe && f.Machine == "":
		return f.Path + " (by serve)"
	case f.ReadBy == ByServe:
		return fmt.Sprintf("%s (by serve on %s)", f.Path, f.Machine)
	default:
		return fmt.Sprintf("%s (by an agent on %s)", f.Path, f.Machine)
	}
}

// feeds tells how the following of the server's logs goes.
func (v *Validation) feeds(s *store.Snapshot, t *target) error {
	states, err := s.FeedStates()
	if err != nil {
		return err
	}
	feeds := feedsOf(&t.Server, states, t.started)
	if err := markFresh(s, t.ID, feeds, t.started); err != nil {
		return err
	}
	for i := range feeds {
		v.followed(&feeds[i], t.started)
	}
	return nil
}

// markFresh marks logs that were never read, and were named so short a time ago that nobody can have read them.
func markFresh(s *store.Snapshot, serverID int64, feeds []Feed, now time.Time) error {
	if !slices.ContainsFunc(feeds, func(f Feed) bool { return !f.Seen() }) {
		return nil
	}
	changed, err := s.LastChange("server", serverID, "created", "changed")
	if err != nil || changed == 0 || now.Sub(time.UnixMicro(changed)) > feedBegins {
		return err
	}
	for i := range feeds {
		feeds[i].fresh = true
	}
	return nil
}

func (v *Validation) followed(f *Feed, now time.Time) {
	who := "Look whether postmeter serve runs on the machine where the log lies."
	if f.ReadBy == ByAgent {
		who = "Look whether postmeter agent runs on " + f.Machine + " and reaches billing."
	}
	switch {
	case f.Problem != "":
		v.find(hosting.Warning, "log_followed", fmt.Sprintf("%s is not read: %s.", f.name(), f.Problem), "Nothing is lost while the log and its rotated files are there. "+who)
	case f.Fresh():
		v.find(hosting.Fine, "log_followed", f.name()+" was not read yet: it was named a moment ago, and is read within minutes.", "")
	case !f.Seen():
		v.find(hosting.Warning, "log_followed", f.name()+" was never read.", who)
	case f.Behind() > feedStands:
		v.find(hosting.Warning, "log_followed", fmt.Sprintf("%s was last looked at %s ago.", f.name(), hosting.Span(f.Behind())), who)
	default:
		v.find(hosting.Fine, "log_followed", fmt.Sprintf("%s is read until %s; its last line came at %s; %s unread.",
			f.name(), f.ReadUntil, or(f.LastLine, "a time that is not known"), hosting.Things(f.Unread, "byte is", "bytes are")), "")
	}
	if f.Alert != "" && now.Sub(time.UnixMicro(f.alertAt)) < alertIsNews {
		v.find(hosting.Warning, "log_alert", fmt.Sprintf("%s: %s (told %s).", f.name(), f.Alert, f.AlertAt), "")
	}
}
