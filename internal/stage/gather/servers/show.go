package servers

import (
	"context"
	"encoding/json"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/store"
)

// Limits of what is shown of one server.
const (
	shownLogs     = 20  // those that were read last
	shownUnknown  = 100 // lists, those that sent most first
	shownUnparsed = 20  // lines
	shownGaps     = 100 // lists
	shownCounters = 100 // that went back
)

// Summary is a server in a few words.
type Summary struct {
	Name      string `json:"name"`
	Host      string `json:"host"`
	Kind      string `json:"kind"`
	URL       string `json:"url"`
	Comments  string `json:"comments"`
	Lists     int64  `json:"lists"`     // known and not marked gone
	Missing   int64  `json:"missing"`   // among them: syncs do not find them any more
	Gone      int64  `json:"gone"`      // marked gone
	Synced    string `json:"synced"`    // UTC; "" if never
	Failure   string `json:"failure"`   // of the last sync, "" if it did not fail
	Validated string `json:"validated"` // UTC; "" if never
	Feeds     []Feed `json:"feeds"`     // logs that are followed, here or by agents

	ID      int64            `json:"-"`
	Doubted bool             `json:"-"` // the last sync changed nothing, since the answer was not believed
	Worst   hosting.Severity `json:"-"` // of the findings of the last validation; "" without one
	Absent  int64            `json:"-"` // as Missing, with what a validation found since
}

// List returns all servers, by name. now is when it is asked, for what lags.
func List(ctx context.Context, db *store.DB, now time.Time) ([]Summary, error) {
	counts, err := Counts(ctx, db, 0)
	if err != nil {
		return nil, err
	}
	return ListCounted(ctx, db, now, counts)
}

// Counts counts the lists of all servers, or of one. Work grows with the lists: whoever asks often keeps it for a while.
func Counts(ctx context.Context, db *store.DB, serverID int64) (counts map[int64]store.ListCounts, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		counts, err = s.CountLists(serverID)
		return err
	})
	return counts, err
}

// ListCounted is List for lists that were counted before.
func ListCounted(ctx context.Context, db *store.DB, now time.Time, counts map[int64]store.ListCounts) ([]Summary, error) {
	out := []Summary{}
	err := db.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Servers()
		if err != nil {
			return err
		}
		states, err := s.FeedStates()
		if err != nil {
			return err
		}
		learned, err := s.ServerStates()
		if err != nil {
			return err
		}
		for i := range all {
			v := &all[i]
			state := learned[v.ID]
			var last *Validation
			if err := parse(state.Validation, &last); err != nil {
				return err
			}
			feeds := feedsOf(v, states, now)
			if err := markFresh(s, v.ID, feeds, now); err != nil {
				return err
			}
			n := counts[v.ID]
			absent := n.Missing
			if newer, err := last.missed(s, v.ID, state.SyncedAt); err != nil {
				return err
			} else if newer {
				absent = max(absent, int64(last.MissingAll))
			}
			out = append(out, Summary{Name: v.Name, Host: v.Host, Kind: v.Kind, URL: v.URL, Comments: v.Comments, Lists: n.Known,
				Missing: n.Missing, Gone: n.Gone, Synced: instantOr(state.SyncedAt), Failure: state.Failure, Validated: instantOr(state.ValidatedAt),
				ID: v.ID, Doubted: state.Doubted, Worst: last.worst(), Absent: absent, Feeds: feeds})
		}
		return nil
	})
	return out, err
}

// Ability says whether servers of a kind can be asked something.
type Ability struct {
	Name string `json:"name"`
	Can  bool   `json:"can"`
}

// Log is a log of a server that was read.
type Log struct {
	Format       string `json:"format"`
	Read         string `json:"read"`      // when something of it was read last, UTC
	LastLine     string `json:"last_line"` // the instant of its last usage, UTC; "" without any
	Lag          int64  `json:"lag_seconds"`
	Bytes        int64  `json:"bytes"`
	Records      int64  `json:"records"`
	Counted      int64  `json:"counted"`
	AlreadyKnown int64  `json:"already_known"`
	UnknownList  int64  `json:"unknown_list"`
	Unparsed     int64  `json:"unparsed"`
	Alert        string `json:"alert,omitempty"`
}

// Unknown is a list that nobody knows, and what it sent.
type Unknown struct {
	List       string `json:"list"` // as logs and reports name it
	Messages   int64  `json:"messages"`
	Recipients int64  `json:"recipients"`
	First      string `json:"first"`
	Last       string `json:"last"`
	Reason     string `json:"reason,omitempty"`
}

// UnparsedLine is a line that carries a format's mark and does not fit it.
type UnparsedLine struct {
	Position int64  `json:"position"`
	Reason   string `json:"reason"`
	Line     string `json:"line"`
}

// Detail is everything that is known of a server. Nothing in it is secret.
type Detail struct {
	Summary
	User           string               `json:"user"`
	HasSecret      bool                 `json:"has_secret"`
	TimeZone       string               `json:"time_zone"`
	BilledSource   string               `json:"billed_source"`
	ServiceSenders []string             `json:"service_senders"`
	AverageBytes   int64                `json:"average_bytes"`
	Abilities      []Ability            `json:"abilities"`
	UsageFormats   []string             `json:"usage_formats"`
	Tried          string               `json:"tried"`   // the last sync, however it ended
	WasDoubted     bool                 `json:"doubted"` // as Doubted
	LastSync       *SyncResult          `json:"last_sync"`
	Validation     *Validation          `json:"validation"`
	Sites          []string             `json:"sites"` // that the last sync found
	MissingLists   []string             `json:"missing_lists"`
	AbsentLists    []string             `json:"-"` // those that Absent counts, the first of them
	Suggestions    []hosting.Suggestion `json:"suggestions"`

	Counted       int64          `json:"counted"`
	AlreadyKnown  int64          `json:"already_known"`
	UnknownList   int64          `json:"unknown_list"`
	Unparsed      int64          `json:"unparsed"`
	LogCount      int64          `json:"log_count"`
	Logs          []Log          `json:"logs"`          // those that were read last
	UnknownCount  int64          `json:"unknown_count"` // lists that nobody knows
	Unknown       []Unknown      `json:"unknown"`       // those with the most recipients
	UnparsedLines []UnparsedLine `json:"unparsed_lines"`

	SuspendedCount int64       `json:"suspended_count"` // counters that went back: nothing of them is counted
	Suspended      []Suspended `json:"suspended_counters"`

	Compared
}

// Compared says how a server's own counters and what was metered agree.
type Compared struct {
	Comparison Comparison `json:"comparison"`
	GapCount   int        `json:"gap_count"` // lists of which something is missing
	Gaps       []Gap      `json:"gaps"`      // the first of them
}

// Show returns everything that is known of a server. It asks the database alone, and so works for each kind. Work grows with
// the lists of the server.
func Show(ctx context.Context, d Deps, name string) (*Detail, error) {
	targets, err := d.choose(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	counts, err := Counts(ctx, d.DB, targets[0].ID)
	if err != nil {
		return nil, err
	}
	compared, err := Compare(ctx, d, targets[0].ID)
	if err != nil {
		return nil, err
	}
	return ShowCounted(ctx, d, name, counts, compared)
}

// Compare compares what a server counted itself with what was metered since the last reading of the month before. Work grows with its
// lists: whoever asks often keeps it for a while.
func Compare(ctx context.Context, d Deps, serverID int64) (out Compared, err error) {
	return out, d.DB.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Servers()
		for i := range all {
			if all[i].ID == serverID && err == nil {
				out.Comparison, out.Gaps, err = compareCounters(s, &all[i], d.By().At)
			}
		}
		out.GapCount, out.Gaps = len(out.Gaps), out.Gaps[:min(len(out.Gaps), shownGaps)]
		return err
	})
}

// ShowCounted is Show for a server whose lists were counted and compared before.
func ShowCounted(ctx context.Context, d Deps, name string, counts map[int64]store.ListCounts, compared Compared) (*Detail, error) {
	targets, err := d.choose(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	t := targets[0]
	out := &Detail{User: t.User, HasSecret: t.sealed != nil, TimeZone: t.TimeZone, BilledSource: t.BilledSource, ServiceSenders: orNone(t.ServiceSenders),
		AverageBytes: t.AverageBytes, Tried: instantOr(t.state.TriedAt), WasDoubted: t.state.Doubted}
	out.Abilities, out.UsageFormats = abilities(d, t)
	out.Compared = compared
	if err := errorsOf(parse(t.state.Sync, &out.LastSync), parse(t.state.Validation, &out.Validation)); err != nil {
		return nil, err
	}
	all, err := ListCounted(ctx, d.DB, t.started, counts)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.Name == name {
			out.Summary = v
		}
	}
	return out, d.DB.Read(ctx, func(s *store.Snapshot) error { return out.read(s, t) })
}

func parse[T any](text string, into **T) error {
	if text == "" {
		return nil
	}
	*into = new(T)
	return json.Unmarshal([]byte(text), *into)
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// abilityNames are what results call the abilities, in their order.
var abilityNames = []string{"catalogue", "member_counts", "administrators", "find_members", "delete_members", "health", "post_counters", "sent_counters"}

// abilities says what servers of the kind can do. An address that cannot be asked takes nothing away.
func abilities(d Deps, t *target) (can []Ability, formats []string) {
	conn, err := d.Open(listserver.Address{Kind: t.Kind, Host: t.Host, URL: t.URL, User: t.User}, d.Options)
	for i, name := range abilityNames {
		can = append(can, Ability{name, err == nil && conn.Can(listserver.Ability(i))})
	}
	if err == nil {
		formats = conn.UsageFormats()
	}
	return can, orNone(formats)
}

func (v *Detail) read(s *store.Snapshot, t *target) error {
	zone, err := billingZone(s)
	if err != nil {
		return err
	}
	if v.Suggestions, err = suggestions(s, zone, t.ID); err != nil {
		return err
	}
	vanished, _, err := s.VanishedLists(t.ID)
	if err != nil {
		return err
	}
	v.MissingLists = []string{}
	for _, l := range first(vanished) {
		v.MissingLists = append(v.MissingLists, l.Place.Site+"/"+l.Place.List)
	}
	newer, err := v.Validation.missed(s, t.ID, t.state.SyncedAt)
	if err != nil {
		return err
	}
	if v.AbsentLists = v.MissingLists; newer && len(v.MissingLists) < v.Validation.MissingAll {
		v.AbsentLists = v.Validation.Missing
	}
	if err := v.readSites(s, t); err != nil {
		return err
	}
	if err := v.readLogs(s, t); err != nil {
		return err
	}
	v.Suspended, v.SuspendedCount, err = suspended(s, t.ID)
	return err
}

func (v *Detail) readSites(s *store.Snapshot, t *target) error {
	sites, err := s.Sites(t.ID)
	last := period.First
	for _, site := range sites {
		last = max(last, site.Last)
	}
	v.Sites = []string{}
	for _, site := range sites {
		if site.Last == last {
			v.Sites = append(v.Sites, site.Name)
		}
	}
	return err
}

func (v *Detail) readLogs(s *store.Snapshot, t *target) error {
	logs, all, count, err := s.LogsSeen(t.ID, shownLogs)
	if err != nil {
		return err
	}
	v.Logs, v.LogCount = []Log{}, count
	v.Counted, v.AlreadyKnown, v.UnknownList, v.Unparsed = all.Counted, all.AlreadyKnown, all.UnknownList, all.Unparsed
	for _, l := range logs {
		row := Log{Format: l.Format, Read: instantOr(l.SeenAt), LastLine: instantOr(l.Last), Bytes: l.Offset, Records: l.Figures.Records,
			Counted: l.Figures.Counted, AlreadyKnown: l.Figures.AlreadyKnown, UnknownList: l.Figures.UnknownList, Unparsed: l.Figures.Unparsed, Alert: l.Alert}
		if l.Last != 0 {
			row.Lag = max(0, t.started.UnixMicro()-l.Last) / int64(time.Second/time.Microsecond)
		}
		v.Logs = append(v.Logs, row)
	}
	unknown, n, err := s.UnknownNames(t.ID, shownUnknown)
	if err != nil {
		return err
	}
	v.Unknown, v.UnknownCount = []Unknown{}, n
	for _, u := range unknown {
		v.Unknown = append(v.Unknown, Unknown{u.Key, u.Messages, u.Recipients, instantOr(u.First), instantOr(u.Last), u.Reason})
	}
	lines, err := s.UnparsedLines(t.ID, shownUnparsed)
	v.UnparsedLines = []UnparsedLine{}
	for _, l := range lines {
		v.UnparsedLines = append(v.UnparsedLines, UnparsedLine{l.Position, l.Reason, l.Line})
	}
	return err
}

// instantOr writes microseconds since 1970 as an instant; 0 is "".
func instantOr(at int64) string {
	if at == 0 {
		return ""
	}
	return instant(time.UnixMicro(at))
}
