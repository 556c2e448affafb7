package rating_test

import (
	"math/big"
	"sort"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// The reference rater: the rules, read one after the other and done day by day
// with fractions and maps. It is slow, knows nothing of the engine, and rates
// single deliveries, not sums.

// delivery is one message as sent.
type delivery struct {
	list       int
	day        period.Date
	bytes      int64
	recipients int64
}

// refLine is a line in the form in which quotes are compared.
type refLine struct {
	Group, Kind, Ref, Method, Object, Quantity string
	Version                                    int64
	Month                                      period.Month
	Days, DaysInMonth                          int
	Amount                                     *big.Int
}

type reference struct {
	in         *rating.Input
	deliveries []delivery
	lines      []refLine
	unplanned  map[int]bool // lists with usage on days without a plan
}

type planKey struct {
	id      string
	version int64
}

func (r *reference) rate() {
	r.unplanned = map[int]bool{}
	for g := range r.in.Customer.Groups {
		for _, slice := range r.slices() {
			r.planSlice(g, slice)
			r.chargeSlice(g, slice)
		}
	}
	if r.in.Customer.Free {
		sum := new(big.Int)
		for _, l := range r.lines {
			if l.Amount.Sign() > 0 {
				sum.Add(sum, l.Amount)
			}
		}
		if sum.Sign() > 0 {
			r.lines = append(r.lines, refLine{Kind: "complimentary", Quantity: "1", Amount: sum.Neg(sum)})
		}
	}
}

// slices: the days of the period, month by month.
func (r *reference) slices() [][]period.Date {
	var out [][]period.Date
	for d := r.in.Period.Start; d <= r.in.Period.End; d++ {
		if len(out) == 0 || out[len(out)-1][0].Month() != d.Month() {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], d)
	}
	return out
}

// owner: rule 4. Group is -1 for others and nobody.
func (r *reference) owner(list int, d period.Date) (group int, free bool) {
	l := r.in.Lists[list]
	best, group := 0, -1
	try := func(o rating.Object, g int) {
		level := 0
		switch {
		case o.Server != l.Server || !o.Dates.Contains(d):
		case o.Site == "" && o.List == "":
			level = 1
		case o.Site == l.Site && o.List == "":
			level = 2
		case o.Site == l.Site && o.List == l.Name:
			level = 3
		}
		if level > best {
			best, group, free = level, g, o.Free
		}
	}
	for g, gr := range r.in.Customer.Groups {
		for _, o := range gr.Objects {
			try(o, g)
		}
	}
	for _, o := range r.in.Others {
		try(o, -1)
	}
	return group, free
}

// exists: rule 7.
func (r *reference) exists(list int, d period.Date) bool {
	if r.in.Lists[list].Dates.Contains(d) {
		return true
	}
	for _, u := range r.deliveries {
		if u.list == list && u.day == d && u.recipients >= 1 {
			return true
		}
	}
	return false
}

// membersOn: the latest reading on or before a day.
func (r *reference) membersOn(list int, d period.Date) int64 {
	n, at := int64(0), period.Date(-1<<31)
	for _, m := range r.in.Members {
		if int(m.List) == list && m.Day <= d && m.Day >= at {
			n, at = m.Members, m.Day
		}
	}
	return n
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func mul(xs ...*big.Rat) *big.Rat {
	p := rat(1)
	for _, x := range xs {
		p.Mul(p, x)
	}
	return p
}

// minor rounds main units to minor ones, half away from zero.
func (r *reference) minor(x *big.Rat) *big.Int {
	scaled := mul(x, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.in.Currency.Decimals())), nil)))
	return halfAway(scaled)
}

func halfAway(x *big.Rat) *big.Int {
	s, ok := new(big.Int).SetString(x.FloatString(0), 10) // rounds half away from zero
	if !ok {
		panic("no integer: " + x.String())
	}
	return s
}

// six is a quantity's text: six decimals, without trailing zeros.
func six(x *big.Rat) string {
	s := x.FloatString(6)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

// refItem is an item with its active days and the (list, day)s that are its.
type refItem struct {
	name string
	days []period.Date
	has  map[int]map[period.Date]bool // list → days that are covered, not free, and existing
}

func (r *reference) planSlice(g int, slice []period.Date) {
	group := r.in.Customer.Groups[g]
	first := map[planKey]period.Date{}
	plans := map[planKey]*rating.Plan{}
	active := map[planKey][]period.Date{}
	for _, a := range group.Plans {
		k := planKey{a.Plan.ID(), a.Plan.Version()}
		plans[k] = a.Plan
		if f, ok := first[k]; !ok || a.Dates.Start < f {
			first[k] = a.Dates.Start
		}
	}
	planned := map[period.Date]bool{}
	for _, d := range slice {
		if !r.in.Customer.Dates.Contains(d) {
			continue
		}
		for k := range plans {
			for _, a := range group.Plans {
				if a.Plan.ID() == k.id && a.Plan.Version() == k.version && a.Dates.Contains(d) {
					active[k] = append(active[k], d)
					planned[d] = true
					break
				}
			}
		}
	}
	r.warnings(g, slice, planned)
	var keys []planKey
	for k := range active {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return first[keys[i]] < first[keys[j]] })

	sums := map[planKey]*big.Int{}
	items := map[planKey][]refItem{}
	for _, k := range keys {
		sums[k] = new(big.Int)
		items[k] = r.items(g, plans[k].Spec().Scope, active[k])
		for _, it := range items[k] {
			share := big.NewRat(int64(len(it.days)), int64(slice[0].Month().Days()))
			l := r.line(group.Name, plans[k], "plan", slice, len(it.days))
			l.Object, l.Quantity = it.name, six(share)
			l.Amount = r.minor(mul(plans[k].Spec().MonthlyPrice.Rat(), share))
			sums[k].Add(sums[k], l.Amount)
			r.lines = append(r.lines, l)
		}
	}
	for _, k := range keys {
		for _, it := range items[k] {
			for _, c := range plans[k].Spec().Usage {
				share := big.NewRat(int64(len(it.days)), int64(slice[0].Month().Days()))
				over := r.over(it, c, share)
				if over.Sign() <= 0 || c.Overage == nil && len(c.Tiers) == 0 {
					continue
				}
				l := r.line(group.Name, plans[k], "overage", slice, len(it.days))
				l.Object, l.Quantity, l.Method = it.name, six(over), c.Method.String()
				price := refPrice(c, over)
				if c.Method == rating.Members {
					price = mul(price, share)
				}
				l.Amount = r.minor(price)
				sums[k].Add(sums[k], l.Amount)
				r.lines = append(r.lines, l)
			}
		}
	}
	for _, k := range keys {
		share := big.NewRat(int64(len(active[k])), int64(slice[0].Month().Days()))
		least := mul(plans[k].Spec().Minimum.Rat(), share)
		lines := new(big.Rat).SetFrac(sums[k], new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.in.Currency.Decimals())), nil))
		if least.Cmp(lines) <= 0 {
			continue
		}
		l := r.line(group.Name, plans[k], "minimum", slice, len(active[k]))
		l.Quantity, l.Amount = "1", r.minor(new(big.Rat).Sub(least, lines))
		if l.Amount.Sign() != 0 {
			r.lines = append(r.lines, l)
		}
	}
}

func (r *reference) line(group string, p *rating.Plan, kind string, slice []period.Date, days int) refLine {
	return refLine{
		Group: group, Kind: kind, Ref: p.ID(), Version: p.Version(),
		Month: slice[0].Month(), Days: days, DaysInMonth: slice[0].Month().Days(),
	}
}

// warnings: rule 6.
func (r *reference) warnings(g int, slice []period.Date, planned map[period.Date]bool) {
	for _, u := range r.deliveries {
		owner, free := r.owner(u.list, u.day)
		inside := u.day >= slice[0] && u.day <= slice[len(slice)-1] && r.in.Customer.Dates.Contains(u.day)
		if inside && owner == g && !free && !planned[u.day] && u.recipients > 0 {
			r.unplanned[u.list] = true
		}
	}
}

// items: rule 8.
func (r *reference) items(g int, scope rating.Scope, days []period.Date) []refItem {
	byName := map[string]*refItem{}
	get := func(name string) *refItem {
		if byName[name] == nil {
			byName[name] = &refItem{name: name, has: map[int]map[period.Date]bool{}}
		}
		return byName[name]
	}
	activate := func(it *refItem, d period.Date) {
		if n := len(it.days); n == 0 || it.days[n-1] != d {
			it.days = append(it.days, d)
		}
	}
	for _, d := range days {
		if scope == rating.ScopeGroup {
			activate(get(""), d)
		}
		for l, list := range r.in.Lists {
			owner, free := r.owner(l, d)
			if owner != g || free || !r.exists(l, d) {
				continue
			}
			name := map[rating.Scope]string{
				rating.ScopeList: list.Server + "/" + list.Site + "/" + list.Name, rating.ScopeServer: list.Server,
			}[scope]
			it := get(name)
			activate(it, d)
			if it.has[l] == nil {
				it.has[l] = map[period.Date]bool{}
			}
			it.has[l][d] = true
		}
		if scope != rating.ScopeServer {
			continue
		}
		for _, o := range r.in.Customer.Groups[g].Objects {
			if o.Site == "" && !o.Free && o.Dates.Contains(d) {
				activate(get(o.Server), d)
			}
		}
	}
	var out []refItem
	for _, it := range byName {
		out = append(out, *it)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// over: rules 10 and 11.
func (r *reference) over(it refItem, c rating.ComponentSpec, share *big.Rat) *big.Rat {
	included := c.Included.Rat()
	if c.Method != rating.Members && c.ProrateIncluded {
		included = mul(included, share)
	}
	used := new(big.Rat)
	if c.Method == rating.Members {
		used = r.level(it, c.Measure)
	} else {
		for _, u := range r.deliveries {
			if it.has[u.list][u.day] {
				used.Add(used, units(c, u))
			}
		}
	}
	return used.Sub(used, included)
}

func units(c rating.ComponentSpec, u delivery) *big.Rat {
	if c.Method == rating.Bandwidth {
		return mul(rat(u.recipients), rat(u.bytes), big.NewRat(1, 1<<30))
	}
	if c.UnitKB == 0 {
		return rat(u.recipients)
	}
	size := big.NewRat(u.bytes, 1024)
	if c.StepKB > 0 {
		steps := new(big.Rat).Quo(size, rat(c.StepKB))
		size = mul(ceil(steps), rat(c.StepKB))
	}
	size.Quo(size, rat(c.UnitKB))
	if size.Cmp(rat(1)) < 0 {
		size = rat(1)
	}
	return mul(rat(u.recipients), size)
}

func ceil(x *big.Rat) *big.Rat {
	n := new(big.Int).Quo(x.Num(), x.Denom())
	if new(big.Rat).SetInt(n).Cmp(x) < 0 {
		n.Add(n, big.NewInt(1))
	}
	return new(big.Rat).SetInt(n)
}

func (r *reference) level(it refItem, m rating.Measure) *big.Rat {
	peak, sum, last := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, d := range it.days {
		last = new(big.Rat)
		for l, days := range it.has {
			if days[d] {
				last.Add(last, rat(r.membersOn(l, d)))
			}
		}
		sum.Add(sum, last)
		if last.Cmp(peak) > 0 {
			peak = last
		}
	}
	switch m {
	case rating.Average:
		return sum.Quo(sum, rat(int64(len(it.days))))
	case rating.LastDay:
		return last
	}
	return peak
}

// refPrice: rule 12, in main units.
func refPrice(c rating.ComponentSpec, over *big.Rat) *big.Rat {
	if o := c.Overage; o != nil {
		n := new(big.Rat).Quo(over, o.Per.Rat())
		if o.RoundUp {
			n = ceil(n)
		}
		return mul(n, o.Price.Rat())
	}
	price, lower := new(big.Rat), new(big.Rat)
	for _, t := range c.Tiers {
		inside := t.UpTo == nil || over.Cmp(t.UpTo.Rat()) <= 0
		if c.TierMode == rating.Volume {
			if inside {
				p := mul(over, t.Price.Rat())
				p.Quo(p, t.Per.Rat())
				return p.Add(p, t.Flat.Rat())
			}
			continue
		}
		upper := over
		if !inside {
			upper = t.UpTo.Rat()
		}
		part := new(big.Rat).Sub(upper, lower)
		part = mul(part, t.Price.Rat())
		price.Add(price, part.Quo(part, t.Per.Rat()))
		price.Add(price, t.Flat.Rat())
		if inside {
			break
		}
		lower = t.UpTo.Rat()
	}
	return price
}
