package statement

import (
	"strings"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Compose makes the statement of a bill. It does not change the facts.
func Compose(f *Facts) *Statement {
	b := newComposer(f)
	s := &Statement{
		Title:     "Draft invoice",
		Number:    "DRAFT",
		Issuer:    issuer(&f.Issuer),
		Logo:      f.Logo,
		Recipient: recipient(&f.Customer),
		Facts:     b.heads(),
		Headline:  b.headline(),
		Groups:    b.groups(),
		Sums:      b.sums(),
		Payment:   b.payment(),
		Notes:     CleanLines(f.Customer.Note),
	}
	switch {
	case f.Bill.Draft():
		s.Stamp = "Draft"
	default:
		s.Number = Clean(f.Bill.Number)
		s.Title = "Invoice " + s.Number
	}
	if f.Bill.Status == invoice.StatusVoid {
		s.Stamp = "Void"
	}
	s.Usage, s.UsageNote = b.usage()
	return s
}

// RowOf writes one line of a bill as Compose does.
func RowOf(f *Facts, l *Line) Row {
	b := newComposer(f)
	return b.row(l)
}

// composer holds what the texts of one bill have in common.
type composer struct {
	facts     *Facts
	currency  money.Currency
	objects   map[string]string // item name → how its owner calls it
	plansOf   map[string]int    // number of plans in a group
	described map[[2]string]bool
	months    int // number of months that have lines, but for corrections, which name their month themselves
}

func newComposer(f *Facts) *composer {
	b := &composer{facts: f, currency: f.Bill.Currency, plansOf: map[string]int{}, described: map[[2]string]bool{}}
	plans := map[[2]string]bool{}
	months := map[period.Month]bool{}
	var names []string
	for i := range f.Lines {
		l := &f.Lines[i]
		names = append(names, l.Object)
		if l.Month != 0 && l.Kind != KindLate {
			months[l.Month] = true
		}
		if key := [2]string{l.Group, l.Ref}; l.Kind == KindPlan && !plans[key] {
			plans[key] = true
			b.plansOf[l.Group]++
		}
	}
	for _, u := range f.Usage {
		names = append(names, u.Object)
	}
	b.months = len(months)
	b.objects = objectNames(names)
	return b
}

// objectNames writes server/site/list as list@site, the address that its owner knows. Where two servers have one of
// the same address, the server is added.
func objectNames(items []string) map[string]string {
	names := make(map[string]string, len(items))
	first := make(map[string]string, len(items))
	twice := map[string]bool{}
	for _, item := range items {
		short := Address(item)
		names[item] = short
		if other, ok := first[short]; ok && other != item {
			twice[short] = true
		}
		first[short] = item
	}
	for item, short := range names {
		if twice[short] {
			server, _, _ := strings.Cut(item, "/")
			names[item] = short + " on " + Clean(server)
		}
	}
	return names
}

// Address writes the name of an item as its owner knows it: server/site/list as list@site.
func Address(item string) string {
	if parts := strings.SplitN(item, "/", 3); len(parts) == 3 {
		return Clean(parts[2]) + "@" + Clean(parts[1])
	}
	return Clean(item)
}

// groups arranges the lines, which come in the order of the bill: by group, then by month.
func (b *composer) groups() (groups []Group) {
	sums := map[string]int64{}
	for i := range b.facts.Lines {
		l := &b.facts.Lines[i]
		if len(groups) == 0 || groups[len(groups)-1].Name != Clean(l.Group) {
			groups = append(groups, Group{Name: Clean(l.Group)})
		}
		g := &groups[len(groups)-1]
		name := ""
		switch {
		case b.months <= 1:
		case l.Kind == KindLate:
			name = "Corrections"
		case l.Month != 0:
			name = monthName(l.Month)
		}
		if len(g.Months) == 0 || g.Months[len(g.Months)-1].Name != name {
			g.Months = append(g.Months, Month{Name: name})
		}
		m := &g.Months[len(g.Months)-1]
		m.Lines = append(m.Lines, b.row(l))
		sums[g.Name] += l.Amount
		g.Subtotal = amount(sums[g.Name], b.currency)
	}
	return groups
}

var monthNames = [...]string{"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

func monthName(m period.Month) string {
	year, month := m.YM()
	if month < 1 || month > 12 {
		return m.String()
	}
	return monthNames[month] + " " + money.FromInt(int64(year)).String()
}
