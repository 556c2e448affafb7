package billrun

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// UnbilledKind is the kind of jobs that report what no bill covers. Only one of them is under way at a time: its key is the
// kind.
const UnbilledKind = "report.unbilled"

// UnbilledJob says for which period is reported what no bill covers.
type UnbilledJob struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// Period returns the period.
func (j *UnbilledJob) Period() (p period.Period, err error) {
	if p.Start, err = period.Parse(j.Start); err == nil {
		p.End, err = period.Parse(j.End)
	}
	if err != nil {
		return p, fault.Wrap(fault.Invalid, err, "the days to report are not understood")
	}
	return p, checkPeriod(p)
}

// maxReported is how many rows of each kind a report keeps: the first ones, by customer and list. It counts them all.
const maxReported = 20_000

// UnbilledReport is what no bill covers: as a bill run of the period tells it, with more of it, and by day.
type UnbilledReport struct {
	report store.Unbilled
	rows   []store.UnbilledRow
}

// ReportUnbilled finds what no bill covers, and stores nothing. It does what a bill run does; see Options for total and
// progress.
func ReportUnbilled(ctx context.Context, db *store.DB, by store.By, p period.Period, total, progress func(customers int64)) (*UnbilledReport, error) {
	r := newRun(db, by, Options{Period: p, DryRun: true, Total: total, Progress: progress})
	r.tally.report = newReported()
	if err := r.all(ctx); err != nil {
		return nil, err
	}
	out := &UnbilledReport{report: store.Unbilled{Period: p, Currency: r.currency.Code()}}
	found := r.tally.report
	if found.overflow != nil {
		return nil, found.overflow
	}
	for _, rows := range [][]store.UnbilledRow{found.usage.list(), found.days.list(), found.corrections.list()} {
		out.rows = append(out.rows, rows...)
	}
	out.report.Sums = store.UnbilledSums{
		Lists: found.usage.count, Messages: r.tally.messages, Recipients: r.tally.recipients, Intervals: found.days.count, Days: r.tally.dayCount,
		Corrections: found.corrections.count, Amount: found.amount, KeptUsage: int64(len(found.usage.list())), KeptDays: int64(len(found.days.list())),
		KeptWaiting: int64(len(found.corrections.list())), ByDay: inOrder(found.byDay),
	}
	return out, nil
}

// Keep stores the report in the place of the one before. jobID is that of the job that made it.
func (u *UnbilledReport) Keep(tx *store.Tx, jobID int64) error {
	u.report.ID, u.report.FinishedAt, u.report.Actor = jobID, tx.By().At.UnixMicro(), tx.By().Actor
	return tx.KeepUnbilled(&u.report, u.rows)
}

// Sums are what all rows come to.
func (u *UnbilledReport) Sums() store.UnbilledSums { return u.report.Sums }

// reported is what a report of what no bill covers finds on its way.
type reported struct {
	usage, days, corrections most[store.UnbilledRow]
	byDay                    map[period.Date]store.UsedOnDay // what was sent
	amount                   int64                           // of corrections
	overflow                 error
}

func newReported() *reported {
	rows := most[store.UnbilledRow]{compare: compareUnbilled, limit: maxReported}
	return &reported{usage: rows, days: rows, corrections: rows, byDay: map[period.Date]store.UsedOnDay{}}
}

func compareUnbilled(a, b store.UnbilledRow) int {
	return cmp.Or(strings.Compare(a.Company, b.Company), strings.Compare(a.Place, b.Place), strings.Compare(a.Reason, b.Reason), cmp.Compare(a.Days.Start, b.Days.Start))
}

func (r *reported) addUsage(u *foundUsage) {
	row := store.UnbilledRow{Kind: store.UnbilledUsage, Reason: u.Reason, Company: u.Customer, CustomerID: u.customerID, ServerID: u.serverID, Place: u.List,
		Days: period.Period{Start: u.first, End: u.last}, Messages: u.Messages, Size: u.Recipients, ByDay: inOrder(u.byDay)}
	if row.Company == "" {
		row.CustomerID = 0
	}
	r.usage.add(row)
	for _, d := range row.ByDay {
		addOn(r.byDay, d)
	}
}

func (r *reported) addDays(customerID int64, company string, days period.Period) {
	r.days.add(store.UnbilledRow{Kind: store.UnbilledDays, CustomerID: customerID, Company: company, Days: days, Size: int64(days.Days())})
}

func (r *reported) addCorrection(customerID int64, company string, month period.Month, amount int64) {
	r.corrections.add(store.UnbilledRow{Kind: store.UnbilledCorrection, CustomerID: customerID, Company: company, Days: month.Period(), Size: amount})
	r.sum(amount)
}

func (r *reported) sum(amount int64) {
	sum, err := money.AddMinor(r.amount, amount)
	if err != nil {
		r.overflow = err
		return
	}
	r.amount = sum
}

// join adds what another batch found.
func (r *reported) join(o *reported) {
	r.usage.join(&o.usage)
	r.days.join(&o.days)
	r.corrections.join(&o.corrections)
	r.sum(o.amount)
	if r.overflow == nil {
		r.overflow = o.overflow
	}
	for _, d := range o.byDay {
		addOn(r.byDay, d)
	}
}

// addOn adds what was sent on a day.
func addOn(by map[period.Date]store.UsedOnDay, d store.UsedOnDay) {
	was := by[d.Day]
	by[d.Day] = store.UsedOnDay{Day: d.Day, Messages: was.Messages + d.Messages, Recipients: was.Recipients + d.Recipients}
}

func inOrder(by map[period.Date]store.UsedOnDay) (out []store.UsedOnDay) {
	for _, day := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[day])
	}
	return out
}

// quarters puts what lists that nobody knows sent in quarters of an hour together, by list and day.
type quarters struct {
	run  *run
	last *foundUsage
	key  string
	tell func(*foundUsage)
}

func (q *quarters) add(u *store.UnknownListUsage) {
	key := u.Server + ": " + u.Key
	if q.last == nil || q.key != key {
		q.end()
		q.key = key
		q.last = &foundUsage{first: q.run.day(u.FirstAt), serverID: u.ServerID, byDay: map[period.Date]store.UsedOnDay{},
			UnbilledUsage: UnbilledUsage{Reason: reasonUnknown, List: key}}
	}
	day := q.run.day(u.LastAt)
	q.last.last = max(q.last.last, day)
	q.last.Messages += u.Messages
	q.last.Recipients += u.Recipients
	addOn(q.last.byDay, store.UsedOnDay{Day: day, Messages: u.Messages, Recipients: u.Recipients})
}

func (q *quarters) end() {
	if q.last != nil {
		q.tell(q.last)
	}
}
