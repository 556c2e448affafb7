package office

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/period"
)

// wanted is a version as a file gives it.
type wanted struct {
	r          *doc.Reader
	given      bool // the first day stands in the file
	firstDay   period.Date
	definition string
}

// versioned is a plan or a charge: what the rules about versions need of it.
type versioned struct {
	kind   string // for messages: plan, charge
	stored []catalog.Version
	used   func(versionID int64) (bool, error)
	insert func(*catalog.Version) error
	update func(*catalog.Version) error
}

// mergeVersions brings the stored versions to what the file wants: main is the entry itself, earlier what stands
// under it. It returns the versions as they will be. What a sent invoice used stays as it is; a changed price then
// begins on the first day that no sent invoice covers, or on the day that the file says.
func (im *importer) mergeVersions(v *versioned, main wanted, earlier []wanted) ([]*catalog.Version, bool, error) {
	m := &merge{im: im, v: v}
	for i := range v.stored {
		m.versions = append(m.versions, &v.stored[i])
	}
	if len(v.stored) == 0 {
		m.all(append(earlier, main))
		return m.sorted(), true, nil
	}
	for _, w := range earlier {
		if err := m.on(w); err != nil {
			return nil, false, err
		}
	}
	err := m.main(main)
	return m.sorted(), m.changed, err
}

// merge is the work of mergeVersions.
type merge struct {
	im       *importer
	v        *versioned
	versions []*catalog.Version
	changed  bool
}

func (m *merge) sorted() []*catalog.Version {
	slices.SortFunc(m.versions, func(a, b *catalog.Version) int { return cmp.Compare(a.FirstDay, b.FirstDay) })
	return m.versions
}

// all takes the versions of something new. One of them must be valid from the beginning.
func (m *merge) all(versions []wanted) {
	fromFirst := false
	days := map[period.Date]bool{}
	for _, w := range versions {
		fromFirst = fromFirst || w.firstDay == period.First
		if days[w.firstDay] {
			w.r.Fault("valid_from", "is the first day of another version too")
		}
		days[w.firstDay] = true
		m.versions = append(m.versions, &catalog.Version{FirstDay: w.firstDay, Definition: w.definition})
	}
	if !fromFirst {
		versions[len(versions)-1].r.Fault("valid_from", "leaves the days before it without a price: leave it out, or give what was valid before under earlier")
	}
}

// main takes the entry itself: the version of its day, or else the newest one.
func (m *merge) main(w wanted) error {
	if w.given {
		return m.on(w)
	}
	newest := m.sorted()[len(m.versions)-1]
	if newest.Definition == w.definition {
		return nil
	}
	used, err := m.v.used(newest.ID)
	if err != nil {
		return err
	}
	if !used {
		m.rewrite(newest, w.definition)
		return nil
	}
	last, err := m.im.tx.LastFinalDay()
	if err != nil {
		return err
	}
	m.add(max(last, newest.FirstDay)+1, w.definition)
	return nil
}

// on takes the version of a day.
func (m *merge) on(w wanted) error {
	at := slices.IndexFunc(m.versions, func(v *catalog.Version) bool { return v.FirstDay == w.firstDay })
	if at < 0 {
		return m.insertOn(w)
	}
	v := m.versions[at]
	if v.Definition == w.definition {
		return nil
	}
	if v.ID != 0 {
		used, err := m.v.used(v.ID)
		if err != nil {
			return err
		}
		if used {
			last, err := m.im.tx.LastFinalDay()
			w.r.Fault("", "changes a price that a sent invoice used: leave that version as it is, and give the new price with valid_from: %s or later", last+1)
			return err
		}
	}
	m.rewrite(v, w.definition)
	return nil
}

// insertOn adds a version on a day. Days of sent invoices keep their price.
func (m *merge) insertOn(w wanted) error {
	last, err := m.im.tx.LastFinalDay()
	if err != nil {
		return err
	}
	before := -1
	for i, v := range m.sorted() {
		if v.FirstDay <= w.firstDay {
			before = i
		}
	}
	if w.firstDay <= last && before >= 0 && m.versions[before].ID != 0 {
		used, err := m.v.used(m.versions[before].ID)
		if err != nil {
			return err
		}
		if used {
			w.r.Fault("valid_from", "sent invoices cover the days up to %s: the first possible day is %s", last, last+1)
			return nil
		}
	}
	m.add(w.firstDay, w.definition)
	return nil
}

func (m *merge) rewrite(v *catalog.Version, definition string) {
	v.Definition, m.changed = definition, true
	m.im.save(func() error { return m.v.update(v) })
}

func (m *merge) add(firstDay period.Date, definition string) {
	v := &catalog.Version{FirstDay: firstDay, Definition: definition}
	m.versions, m.changed = append(m.versions, v), true
	m.im.save(func() error { return m.v.insert(v) })
}
