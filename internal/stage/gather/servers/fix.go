package servers

import (
	"context"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/store"
)

// FixPlan is what a fix would mark gone. It is made first, so that a person can look at it.
type FixPlan struct {
	Server string
	Asked  bool     // the server was; else a person's word counts
	Lists  []string // as site/list

	target *target
	known  []hosting.Known
}

// FixResult is what a fix did.
type FixResult struct {
	Server string   `json:"server"`
	Asked  bool     `json:"asked"` // the server said itself that it does not have them; else a person's word counted
	Gone   []string `json:"gone"`  // as site/list
}

// PlanFix finds lists to be marked gone: those that are named (site/list), or all that are missing. The server is asked
// afresh, and a list that it has is refused. Where a server cannot be asked, a person's word counts for lists that are
// named. confirm: a loss of more than a fifth is believed.
func PlanFix(ctx context.Context, d Deps, server string, lists []string, all, confirm bool) (*FixPlan, error) {
	p, known, err := d.plan(ctx, server)
	if err != nil {
		return nil, err
	}
	c, err := d.whatItHas(ctx, p.target, all)
	if err != nil {
		return nil, err
	}
	if c == nil {
		err = p.pick(lists, known, known)
		return p, err
	}
	p.Asked = true
	diff := hosting.Compare(known, c)
	if err := diff.Doubt(); err != nil && !confirm {
		return nil, err
	}
	missing := make([]hosting.Known, 0, len(diff.Missing))
	for _, k := range diff.Missing {
		missing = append(missing, *k)
	}
	if all {
		for _, k := range missing {
			p.add(k)
		}
		return p, nil
	}
	err = p.pick(lists, missing, known)
	return p, err
}

// PlanFixWithoutAsking takes a person's word for lists that are named (site/list), and asks no server: for one that is
// gone for ever.
func PlanFixWithoutAsking(ctx context.Context, d Deps, server string, lists []string) (*FixPlan, error) {
	p, known, err := d.plan(ctx, server)
	if err != nil {
		return nil, err
	}
	err = p.pick(lists, known, known)
	return p, err
}

// plan begins a plan, with the lists that billing knows.
func (d *Deps) plan(ctx context.Context, server string) (*FixPlan, []hosting.Known, error) {
	targets, err := d.choose(ctx, []string{server})
	if err != nil {
		return nil, nil, err
	}
	p := &FixPlan{Server: targets[0].Name, target: targets[0]}
	var known []hosting.Known
	err = d.DB.Read(ctx, func(s *store.Snapshot) (err error) {
		known, err = s.ListsOfServer(p.target.ID)
		return err
	})
	return p, known, err
}

// whatItHas asks the server for its lists; nil if it cannot be asked, and a person's word counts.
func (d *Deps) whatItHas(ctx context.Context, t *target, all bool) (*hosting.Catalogue, error) {
	conn, err := d.connect(t, false)
	if err != nil {
		return nil, err
	}
	if conn.Can(listserver.Catalogue) {
		c, err := d.catalogue(ctx, t, conn)
		if err != nil && !all {
			return nil, &fault.Error{Kind: fault.KindOf(err), Cause: err, Command: "--without-asking",
				Message: fault.MessageOf(err) + "; if the server is gone for ever, mark them without asking it"}
		}
		return c, err
	}
	if all {
		return nil, fault.New(fault.Invalid, "servers of the kind %s cannot be asked which lists they have no more: name the lists; nothing was changed", t.Kind)
	}
	return nil, nil //nolint:nilnil // a person's word counts
}

func (p *FixPlan) add(k hosting.Known) {
	p.known = append(p.known, k)
	p.Lists = append(p.Lists, k.Place.Site+"/"+k.Place.List)
}

// pick takes the lists that are named out of those that may be marked.
func (p *FixPlan) pick(names []string, from, known []hosting.Known) error {
	find := func(all []hosting.Known, name string) *hosting.Known {
		for i := range all {
			place := all[i].Place.Site + "/" + all[i].Place.List
			if (place == name || p.Server+"/"+place == name) && all[i].Gone == period.Last {
				return &all[i]
			}
		}
		return nil
	}
	var faults fault.List
	for _, name := range names {
		switch k := find(from, name); {
		case k != nil:
			p.add(*k)
		case find(known, name) != nil:
			faults.Add("", "the list %s is on its server: it cannot be marked gone; nothing was changed", name)
		default:
			faults.Add("", "there is no list %s on server %s that is not marked gone already: write SITE/LIST; nothing was changed", name, p.Server)
		}
	}
	return faults.Err()
}

// Apply marks the lists of a plan gone. Their lives end on the day before they were first missed, and everything of
// them stays.
func (p *FixPlan) Apply(ctx context.Context, d Deps) (*FixResult, error) {
	err := d.DB.Write(ctx, d.By(), func(tx *store.Tx) error {
		if err := tx.Lock("sync", p.target.ID); err != nil {
			return err
		}
		set, err := tx.Settings()
		if err != nil {
			return err
		}
		zone, err := set.Location()
		if err != nil {
			return err
		}
		now, err := tx.ListsOfServer(p.target.ID)
		if err != nil {
			return err
		}
		present := make(map[int64]hosting.Known, len(now))
		for _, k := range now {
			present[k.ID] = k
		}
		var ids []int64
		sites := map[string]bool{}
		for _, k := range p.known {
			if same := present[k.ID]; same.List != k.List {
				return fault.New(fault.Conflict, "the list %s was changed meanwhile; nothing was changed: look again", k.Place)
			}
			if err := p.markGone(tx, &k, period.DateOf(tx.By().At, zone)); err != nil {
				return err
			}
			ids = append(ids, k.ID)
			sites[k.Place.Site] = true
		}
		if err := p.tellGone(tx); err != nil {
			return err
		}
		return tx.ListsChanged(p.target.ID, ids, sites)
	})
	return &FixResult{p.Server, p.Asked, orNone(p.Lists)}, err
}

func (p *FixPlan) markGone(tx *store.Tx, k *hosting.Known, today period.Date) error {
	after := k.List
	after.Gone = min(k.Missing, today)
	after.Life.End = min(after.Life.End, lastDay(&after, after.Gone))
	action := "gone"
	if !p.Asked {
		action = "gone without asking" // the history tells whose word it was
	}
	if err := tx.Record(store.Change{Entity: "list", EntityID: k.ID, Action: action, Before: written(&k.List), After: written(&after)}); err != nil {
		return err
	}
	return tx.UpdateList(&after)
}

// String names the lists of a plan, for questions.
func (p *FixPlan) String() string { return strings.Join(p.Lists, ", ") }
