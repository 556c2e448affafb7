package insight

import (
	"context"
	"slices"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/validation"
	"postmeter/internal/store"
)

// Checklist is how far the billing of a period is.
type Checklist struct {
	Times      Times
	Period     period.Period
	Servers    int64 // all
	Unsynced   int64 // that were not synced for three days, or never; those without a catalogue to ask are left out
	Unassigned int64 // lists that nobody has, CountedTo+1 at most
	Bills      store.PeriodBills
	States     store.PeriodStates
	Run        *store.RunRow // the last whole run that came to its end, nil without one
	Broken     bool          // the newest run did not come to its end
	Ended      int64         // active customers that ended in the period or before, CountedTo+1 at most
	ListsGone  int64         // customers with a list that is not on its server any more, as the run found them
}

// staleServer is after how long without a sync a server's catalogue is out of date.
const staleServer = 72 * time.Hour

// catalogues are the kinds of servers that can be asked for their lists.
var catalogues = []string{"mailman3", "listmonk", "sympa"}

// ReadChecklist reads the checklist of a period; a zero period is the one that is billed next. Work grows with
// the bills of the period: whoever shows it often keeps it for a while.
func ReadChecklist(ctx context.Context, db *store.DB, p period.Period, now time.Time) (*Checklist, error) {
	times, err := ReadTimes(ctx, db, now)
	if err != nil {
		return nil, err
	}
	if p == (period.Period{}) {
		p = times.Next
	}
	l := &Checklist{Times: times, Period: p}
	return l, db.Read(ctx, func(s *store.Snapshot) (err error) {
		if err := l.servers(s, now); err != nil {
			return err
		}
		if l.Unassigned, err = s.NeverAssigned(CountedTo + 1); err != nil {
			return err
		}
		if l.Bills, err = s.PeriodBills(p); err != nil {
			return err
		}
		if l.States, err = s.PeriodStates(p); err != nil {
			return err
		}
		if l.Ended, err = s.EndedButActive(p.End+1, CountedTo+1); err != nil {
			return err
		}
		r := &Review{Now: ReviewPeriod{Period: p}}
		if err := r.lastRun(s); err != nil {
			return err
		}
		l.Run, l.Broken = r.Run, r.Broken
		if l.Run != nil {
			l.ListsGone = l.Run.Result.Problems[string(validation.ListGone)]
		}
		return nil
	})
}

// servers counts the servers whose catalogue is out of date.
func (l *Checklist) servers(s *store.Snapshot, now time.Time) error {
	all, err := s.Servers()
	if err != nil {
		return err
	}
	l.Servers = int64(len(all))
	learned, err := s.ServerStates()
	if err != nil {
		return err
	}
	for i := range all {
		if slices.Contains(catalogues, all[i].Kind) && learned[all[i].ID].SyncedAt < now.Add(-staleServer).UnixMicro() {
			l.Unsynced++
		}
	}
	return nil
}
