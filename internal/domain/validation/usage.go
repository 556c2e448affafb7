package validation

import (
	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
)

// usageAfterEnd finds what lists sent, in the period, after their customer's last day.
func (f *findings) usageAfterEnd() {
	a := f.account
	if a.Customer.Dates.End >= a.Input.Period.End || !a.Customer.Dates.Valid() {
		return
	}
	recipients := make([]int64, len(a.Lists))
	for i := range a.Input.Usage {
		if s := &a.Input.Usage[i]; s.Day > a.Customer.Dates.End && s.Day <= a.Input.Period.End && a.Holds(s.List, s.Day) {
			recipients[s.List] += s.Recipients
		}
	}
	for i, n := range recipients {
		if n > 0 {
			f.add(Warning, UsageAfterEnd, "%s sent to %d recipients after the customer ended on %s: not charged; end the assignment, or move the end",
				a.Input.Lists[i].Path(), n, a.Customer.Dates.End)
		}
	}
}

// daysUnbilled finds days before the period that no bill covers.
func (f *findings) daysUnbilled() {
	before := period.Period{Start: period.First, End: f.account.Input.Period.Start - 1}
	for _, days := range f.account.Unbilled(before) {
		f.add(Warning, DaysUnbilled, "no bill covers %s to %s: bill those days, or waive them", days.Start, days.End)
	}
}

// lists finds assigned lists that are no longer on their servers.
func (f *findings) lists() {
	a := f.account
	for i := range a.Lists {
		l := &a.Lists[i]
		if l.Gone > a.Input.Period.End || i > 0 && a.Lists[i-1].ID == l.ID {
			continue
		}
		if a.HoldsIn(int32(i), a.Input.Period) {
			f.add(Warning, ListGone, "%s is no longer on its server since %s: end its assignment, or tell where it moved",
				a.Input.Lists[i].Path(), l.Gone)
		}
	}
}

const (
	staleAfterDays = 3
	microsADay     = 24 * 3600 * 1_000_000
)

// servers finds servers of the customer's lists that were not synced lately. Lists of a manual server, or of one
// that only has a mail log, are entered by hand.
func (f *findings) servers(s *Surroundings) {
	var seen []*account.Server
	for i := range f.account.Lists {
		server := f.account.Lists[i].Server
		if server.Kind == "manual" || server.Kind == "postfix" || contains(seen, server) {
			continue
		}
		seen = append(seen, server)
		switch {
		case server.SyncedAt == 0:
			f.add(Warning, ServerStale, "server %s was never synced: new and lost lists are not known", server.Name)
		case s.Now-server.SyncedAt > staleAfterDays*microsADay:
			f.add(Warning, ServerStale, "server %s was last synced %d days ago: new and lost lists are not known",
				server.Name, (s.Now-server.SyncedAt)/microsADay)
		}
	}
}

func contains(seen []*account.Server, server *account.Server) bool {
	for _, s := range seen {
		if s == server {
			return true
		}
	}
	return false
}
