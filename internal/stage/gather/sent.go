package gather

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
)

// listDays is what a list sent, by day, in the order of the days.
type listDays struct{ days []dayTotal }

type dayTotal struct {
	day period.Date
	usage.Total
}

// list returns where the usage of a list is summed in a dry run.
func (run *run) list(name string) *listDays {
	if run.sent == nil {
		run.sent = make(map[string]*listDays)
	}
	l := run.sent[name]
	if l == nil {
		l = new(listDays)
		run.sent[name] = l
	}
	return l
}

// add adds a record to its day, which is mostly the last one.
func (l *listDays) add(day period.Date, t usage.Total) {
	i := len(l.days) - 1
	if i < 0 || l.days[i].day != day {
		i = l.day(day)
	}
	total := &l.days[i]
	total.Messages += t.Messages
	total.Recipients += t.Recipients
	total.RecipientBytes += t.RecipientBytes
}

// day returns the place of a day, which is made if it is new.
func (l *listDays) day(day period.Date) int {
	i, found := slices.BinarySearchFunc(l.days, day, func(d dayTotal, day period.Date) int { return cmp.Compare(d.day, day) })
	if !found {
		l.days = slices.Insert(l.days, i, dayTotal{day: day})
	}
	return i
}

// nameDays sums the usage of a name: the present day here, where it is near, and the others in days.
type nameDays struct {
	name *name
	days *listDays
	day  period.Date
	usage.Total
}

// sum adds a record to the day of its list.
func (l *logRun) sum(b *batch, r *usage.Record) { l.addDay(b.names, r.Name, r.Day, r.Total()) }

// addDay adds usage to a day of a name.
func (l *logRun) addDay(names []*name, number int32, day period.Date, t usage.Total) {
	for int(number) >= len(l.sums) {
		l.sums = append(l.sums, nameDays{})
	}
	s := &l.sums[number]
	if n := names[number]; s.name != n || s.day != day {
		s.flush()
		*s = nameDays{name: n, days: l.list(printable(string(n.key))), day: day}
	}
	s.Messages += t.Messages
	s.Recipients += t.Recipients
	s.RecipientBytes += t.RecipientBytes
}

// flush brings the present day to the others.
func (s *nameDays) flush() {
	if s.days != nil {
		s.days.add(s.day, s.Total)
		s.Total = usage.Total{}
	}
}

// pass sums an entry at once, in a dry run that no other log can have a say in.
func (l *logRun) pass(b *batch, e *maillog.Entry, table *nameTable, calendar *usage.Calendar) {
	day := calendar.Day(e.At)
	number, list := table.find(e.List, day)
	b.passed.Records++
	if list != 0 {
		b.passed.Counted++
	} else {
		b.passed.UnknownList++
	}
	l.addDay(table.names, number, day, usage.Total{Messages: 1, Recipients: e.Recipients, RecipientBytes: e.Recipients * e.Bytes})
}
