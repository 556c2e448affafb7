package billrun

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// tally counts what a run did. Its size depends on what is wrong, not on the number of customers.
type tally struct {
	billed, created, unchanged, house int64
	total                             int64
	overflow                          error
	skipped                           []Skipped
	warnings                          map[string]int64
	replaced                          most[replacement]
	withdrawn                         most[Withdrawn]
	overlapping                       most[Overlapping]
	lateLines, lateTotal              int64
	waiting                           most[waiting]
	dayCount                          int64
	unbilledDays                      most[UnbilledDays]
	unbilledUsage                     most[UnbilledUsage]
	messages, recipients              int64
	findings                          []Finding      // of a validation
	found                             []foundUsage   // of a batch: days without an owner, which other batches find too
	orphans                           map[int64]bool // of the run: lists whose days without an owner were told
	report                            *reported      // of a report of what no bill covers, else nil
}

// replacement is a draft that was run again.
type replacement struct {
	company string
	id      int64
	invoice.Difference
}

// waiting is a correction of a customer who gets no bill.
type waiting struct {
	company string
	month   period.Month
	amount  int64
}

func newTally() *tally {
	return &tally{
		waiting: most[waiting]{compare: func(a, b waiting) int {
			return cmp.Or(strings.Compare(a.company, b.company), cmp.Compare(a.month, b.month))
		}},
		warnings: map[string]int64{}, orphans: map[int64]bool{},
		replaced:  most[replacement]{compare: func(a, b replacement) int { return strings.Compare(a.company, b.company) }},
		withdrawn: most[Withdrawn]{compare: func(a, b Withdrawn) int { return strings.Compare(a.Customer, b.Customer) }},
		overlapping: most[Overlapping]{compare: func(a, b Overlapping) int {
			return cmp.Or(strings.Compare(a.Customer, b.Customer), cmp.Compare(a.ID, b.ID))
		}},
		unbilledDays: most[UnbilledDays]{compare: func(a, b UnbilledDays) int {
			return cmp.Or(strings.Compare(a.Customer, b.Customer), strings.Compare(a.Start, b.Start))
		}},
		unbilledUsage: most[UnbilledUsage]{compare: compareUsage},
	}
}

func compareUsage(a, b UnbilledUsage) int {
	return cmp.Or(strings.Compare(a.Customer, b.Customer), strings.Compare(a.List, b.List), strings.Compare(a.Reason, b.Reason), strings.Compare(a.Start, b.Start))
}

func (t *tally) bill(total int64) {
	t.billed++
	t.sum(total)
}

func (t *tally) sum(total int64) {
	sum, err := money.AddMinor(t.total, total)
	if err != nil {
		t.overflow = err
		return
	}
	t.total = sum
}

// late counts the corrections on a draft.
func (t *tally) late(lines []invoice.Line) {
	for i := range lines {
		t.lateLines++
		t.addLate(lines[i].Amount)
	}
}

func (t *tally) addLate(amount int64) {
	sum, err := money.AddMinor(t.lateTotal, amount)
	if err != nil {
		t.overflow = err
		return
	}
	t.lateTotal = sum
}

// wait notes the corrections of a customer who gets no bill, by month.
func (t *tally) wait(customerID int64, company string, lines []invoice.Line) {
	byMonth := map[period.Month]int64{}
	for i := range lines {
		byMonth[lines[i].Month] += lines[i].Amount
	}
	for month, amount := range byMonth {
		if amount != 0 {
			t.waiting.add(waiting{company, month, amount})
			if t.report != nil {
				t.report.addCorrection(customerID, company, month, amount)
			}
		}
	}
}

func (t *tally) warn(codes []string) {
	for _, code := range codes {
		t.warnings[code]++
	}
}

func (t *tally) days(customerID int64, company string, days period.Period) {
	t.dayCount += int64(days.Days())
	t.unbilledDays.add(UnbilledDays{Customer: company, Start: days.Start.Text(), End: days.End.String(), Days: int64(days.Days())})
	if t.report != nil {
		t.report.addDays(customerID, company, days)
	}
}

// usage notes unbilled usage.
func (t *tally) usage(u *foundUsage) {
	u.Start, u.End = u.first.String(), u.last.String()
	t.messages += u.Messages
	t.recipients += u.Recipients
	t.unbilledUsage.add(u.UnbilledUsage)
	if t.report != nil {
		t.report.addUsage(u)
	}
}

// add adds what another batch counted.
func (t *tally) add(o *tally) {
	t.billed += o.billed
	t.created += o.created
	t.unchanged += o.unchanged
	t.house += o.house
	t.sum(o.total)
	t.skipped = append(t.skipped, o.skipped...)
	t.findings = append(t.findings, o.findings...)
	for code, n := range o.warnings {
		t.warnings[code] += n
	}
	t.replaced.join(&o.replaced)
	t.withdrawn.join(&o.withdrawn)
	t.overlapping.join(&o.overlapping)
	t.lateLines += o.lateLines
	t.addLate(o.lateTotal)
	t.waiting.join(&o.waiting)
	t.dayCount += o.dayCount
	t.unbilledDays.join(&o.unbilledDays)
	t.messages += o.messages
	t.recipients += o.recipients
	t.unbilledUsage.join(&o.unbilledUsage)
	if t.report != nil && o.report != nil {
		t.report.join(o.report)
	}
	for i := range o.found { // each customer who has the list on other days found them
		if u := &o.found[i]; !t.orphans[u.listID] {
			t.orphans[u.listID] = true
			t.usage(u)
		}
	}
}

// day returns the civil date of an instant in the billing time zone.
func (r *run) day(micros int64) period.Date { return period.DateOf(time.UnixMicro(micros), r.zone) }

// maxListed is how many entries of one kind a result names; it counts them all.
const maxListed = 1000

// most keeps the first entries in their order, and counts all.
type most[T any] struct {
	compare func(a, b T) int
	limit   int // how many are kept; 0: maxListed
	rows    []T
	count   int64
}

func (m *most[T]) most() int {
	if m.limit == 0 {
		return maxListed
	}
	return m.limit
}

func (m *most[T]) add(row T) {
	m.count++
	m.rows = append(m.rows, row)
	if len(m.rows) >= 2*m.most() {
		m.rows = m.list()
	}
}

func (m *most[T]) join(o *most[T]) {
	for _, row := range o.rows {
		m.add(row)
	}
	m.count += o.count - int64(len(o.rows))
}

// list returns the entries in order.
func (m *most[T]) list() []T {
	slices.SortStableFunc(m.rows, m.compare)
	return m.rows[:min(len(m.rows), m.most())]
}
