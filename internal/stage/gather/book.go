package gather

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// book is what is known of one server while reports about it are taken in, and what they add.
type book struct {
	server    int64
	directory *usage.Directory
	entries   map[string]*entry // by id: those of the database, and new ones

	records  []usage.Record
	places   []string // site/list of records, by their Name
	unknown  []store.UnknownRecord
	keys     []store.UsageKey
	readings map[readingKey]int64
	figures  usage.Figures
}

// entry is a record with an id.
type entry struct {
	store.UsageKey
	place      string // site/list as reported, if it is new and its list unknown
	recipients int64
	bytes      int64
	added      int64 // recipients that corrections add to it
	sized      bool  // recipients, bytes and added are known
}

type readingKey struct {
	list  int64
	place string // when list is 0
	day   period.Date
}

func newBook(server int64) *book {
	return &book{server: server, directory: usage.NewDirectory(nil), entries: make(map[string]*entry), readings: make(map[readingKey]int64)}
}

// load learns a server's lists, and which of the ids it has.
func (b *book) load(s *store.Snapshot, ids []string) error {
	names, err := s.ListNames(b.server)
	if err != nil {
		return err
	}
	b.directory = usage.NewDirectory(names)
	keys, err := s.UsageKeys(b.server, ids)
	if err != nil {
		return err
	}
	for id, key := range keys {
		if b.entries[id] == nil {
			b.entries[id] = &entry{UsageKey: key}
		}
	}
	return nil
}

// clear forgets what was added, which a dry run has summed.
func (b *book) clear() {
	b.records, b.places, b.unknown, b.keys, b.figures = nil, nil, nil, nil, usage.Figures{}
}

// contentHash is the hash of what a report says, but for its id and server.
func contentHash(r *maillog.Report) []byte {
	h := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %d %d %q %q", r.Site, r.List, r.At, r.Bytes, r.Recipients, r.Corrects, r.Reason))
	return h[:]
}

// take takes a usage record or a correction in. It returns why it is refused.
func (b *book) take(s *store.Snapshot, l *reportLine, day func(int64) period.Date) (refused, err error) {
	r := &l.report
	hash := contentHash(r)
	if have := b.entries[r.ID]; have != nil {
		switch {
		case !bytes.Equal(have.ContentHash, hash):
			return fault.At("id", "%q was reported before with other content: give the record an id of its own, or correct the earlier one", r.ID), nil
		case have.ListID == 0:
			b.figures.UnknownList++
			l.became = OfUnknownList
		default:
			b.figures.AlreadyKnown++
			l.became = AlreadyKnown
		}
		return nil, nil
	}
	e := &entry{UsageKey: store.UsageKey{ID: r.ID, ContentHash: hash, At: r.At, Position: l.position, Corrects: r.Corrects, Reason: r.Reason},
		place: r.Site + "/" + r.List, recipients: r.Recipients, bytes: r.Bytes, sized: true}
	var reason string
	if r.Corrects != "" {
		if refused, err = b.correct(s, r, e); refused != nil || err != nil {
			return refused, err
		}
	} else {
		e.ListID, reason = b.directory.At(r.Site, r.List).On(day(r.At))
	}
	b.add(e, day(e.At), reason)
	l.became = Counted
	if e.ListID == 0 {
		l.became = OfUnknownList
	}
	return nil, nil
}

// add adds a new record.
func (b *book) add(e *entry, day period.Date, reason string) {
	b.entries[e.ID] = e
	b.keys = append(b.keys, e.UsageKey)
	b.places = append(b.places, e.place)
	record := usage.Record{ListID: e.ListID, At: e.At, Position: e.Position, Recipients: e.recipients, Bytes: e.bytes,
		Day: day, Name: int32(len(b.places) - 1), Charged: true}
	if e.ListID == 0 {
		b.figures.UnknownList++
		b.unknown = append(b.unknown, store.UnknownRecord{Record: record, Key: e.place, Reason: reason})
		return
	}
	b.figures.Counted++
	b.records = append(b.records, record)
}

// reading takes a member reading in. A later one of the same day takes the place of an earlier one.
func (b *book) reading(s *store.Snapshot, l *reportLine) error {
	r := &l.report
	key := readingKey{day: r.Day}
	key.list, _ = b.directory.At(r.Site, r.List).On(r.Day)
	if key.list == 0 {
		key.place = r.Site + "/" + r.List
		b.figures.UnknownList++
		l.became = OfUnknownList
		b.readings[key] = r.Members
		return nil
	}
	have, known := b.readings[key]
	if !known && s != nil {
		var err error
		if have, known, err = s.Reading(key.list, r.Day); err != nil {
			return err
		}
	}
	if known && have == r.Members {
		b.figures.AlreadyKnown++
		l.became = AlreadyKnown
		return nil
	}
	b.figures.Counted++
	l.became = Counted
	b.readings[key] = r.Members
	return nil
}
