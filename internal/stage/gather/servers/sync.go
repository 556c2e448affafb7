package servers

import (
	"context"
	"encoding/json"
	"errors"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
)

// Status is how asking one server ended.
type Status string

// The statuses.
const (
	Done     Status = "done"
	Failed   Status = "failed"   // nothing was changed; the error says why
	Doubted  Status = "doubted"  // nothing was changed, since the answer was not believed
	NoAPI    Status = "no_api"   // servers of this kind cannot be asked
	Overtook Status = "overtook" // nothing was changed, since another sync was done meanwhile
)

// SyncOptions say how to sync.
type SyncOptions struct {
	Confirm bool // a person has looked: an empty or much smaller catalogue is believed
	Posts   bool // the servers' counters of posts are read too, where that takes longer

	// Counter says how counters of mails go on that went back or are read for the first time. Only servers that have such
	// counters may be named with it.
	Counter gather.CounterStart
}

// SyncResult is what a sync of one server found and did.
type SyncResult struct {
	Server         string               `json:"server"`
	Status         Status               `json:"status"`
	At             string               `json:"at"` // UTC
	Error          string               `json:"error,omitempty"`
	Sites          int                  `json:"sites"`
	Lists          int                  `json:"lists"`          // that the server has
	New            int                  `json:"new"`            // lists that were not known
	Renamed        int                  `json:"renamed"`        // lists whose id was known, in another place
	Back           int                  `json:"back"`           // lists that were marked gone
	Missing        int                  `json:"missing"`        // lists that the server does not have, and that are not marked gone
	Administrators int                  `json:"administrators"` // of all lists
	Members        int64                `json:"members"`        // of all lists that say so
	AdoptedUsage   int64                `json:"adopted_usage"`  // records of lists that were unknown when they were metered
	CountedMails   int64                `json:"counted_mails"`  // by which the server's own counters of mails have grown
	NewLists       []string             `json:"new_lists"`      // the first thousand, as site/list; likewise below
	RenamedLists   []string             `json:"renamed_lists"`  // as site/list to site/list
	BackLists      []string             `json:"back_lists"`
	MissingLists   []string             `json:"missing_lists"`
	Suggestions    []hosting.Suggestion `json:"suggestions"` // lists that may have been renamed
	Notes          []string             `json:"notes"`

	err error
}

// Err returns why the sync of this server failed; nil if it did not.
func (r *SyncResult) Err() error { return r.err }

// SyncAll syncs servers, all if none is named: their sites, lists, administrators and members. Servers that have no API
// are left out, unless they are named. An error means that no server was asked; what went wrong with one is in its result.
func SyncAll(ctx context.Context, d Deps, names []string, o SyncOptions) ([]*SyncResult, error) {
	targets, err := d.choose(ctx, names)
	if err != nil {
		return nil, err
	}
	return together(targets, func(t *target) *SyncResult { return d.sync(ctx, t, o) }), ctx.Err()
}

func (d *Deps) sync(ctx context.Context, t *target, o SyncOptions) *SyncResult {
	r := &SyncResult{Server: t.Name, Status: Done, At: instant(t.started), NewLists: []string{}, RenamedLists: []string{}, BackLists: []string{},
		MissingLists: []string{}, Suggestions: []hosting.Suggestion{}, Notes: []string{}}
	r.err = d.trySync(ctx, t, o, r)
	if r.err == nil {
		return r
	}
	if r.Status == Done {
		r.Status = Failed
	}
	r.Error = fault.MessageOf(r.err)
	if r.Status != NoAPI && r.Status != Overtook && ctx.Err() == nil {
		err := d.DB.Write(ctx, d.By(), func(tx *store.Tx) error {
			if r.Status == Doubted {
				if err := tellDoubt(tx, t, r.Error); err != nil {
					return err
				}
			}
			return tx.SaveSyncFailure(t.ID, r.Error, r.Status == Doubted)
		})
		r.err = errors.Join(r.err, err)
	}
	return r
}

// trySync reads the catalogue, and then changes everything in one transaction.
func (d *Deps) trySync(ctx context.Context, t *target, o SyncOptions, r *SyncResult) error {
	conn, err := d.connect(t, o.Posts)
	if err != nil {
		return err
	}
	if !conn.Can(listserver.Catalogue) {
		r.Status = NoAPI
		return fault.New(fault.Invalid, "servers of the kind %s cannot be asked: enter their lists with import", t.Kind)
	}
	if o.Counter != gather.StartCarefully && !conn.Can(listserver.SentCounters) {
		return fault.New(fault.Invalid, "servers of the kind %s keep no counters of mails that a sync reads, so there is nothing to say of them; nothing was changed "+
			"(of stats files of Sympa it is said when they are read)", t.Kind).Typed("leave out --counter, or say it to postmeter ingest")
	}
	c, err := d.catalogue(ctx, t, conn)
	if err != nil {
		return err
	}
	sent, err := d.sent(ctx, conn)
	if err != nil {
		return err
	}
	d.step("read")
	return d.DB.Write(ctx, d.By(), func(tx *store.Tx) error {
		s := &syncing{tx: tx, deps: d, target: t, catalogue: c, counters: sent, start: o.Counter, result: r}
		if err := s.begin(o.Confirm); err != nil {
			return err
		}
		return s.save()
	})
}

// result as the database keeps it.
func (r *SyncResult) text() (string, error) {
	text, err := json.Marshal(r)
	return string(text), err
}
