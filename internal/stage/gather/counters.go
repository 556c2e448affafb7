package gather

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/store"
)

// CounterReading is what a counter that a server keeps itself showed: totals that only grow, such as the messages and
// deliveries of a list since it was made.
type CounterReading struct {
	Kind  string // whose counter, such as maillog.SympaStats
	Name  string // of what, unique for its server and kind, and the same at each reading
	List  string // whose usage its growth is: the server's own id of a list, or name@site
	At    int64  // when it showed this, UTC microseconds; 0: now
	Tally usage.Tally

	// MessageBytes is the size of a message where the counter knows no bytes: then Tally has none. 0: it knows them.
	MessageBytes int64

	Start CounterStart
}

// CounterStart says from where a counter counts that was never read, or that went back.
type CounterStart uint8

// The starts. They matter only for a counter that is new or suspended; any other counts from its last reading.
const (
	StartCarefully CounterStart = iota // what a new one shows is noted and not counted; one that went back is suspended
	StartHere                          // from what it shows now: nothing is counted by this reading
	StartZero                          // from zero: all that it shows now is counted
	StartLast                          // from its last believed reading: what was wrong is mended
)

// HowToGoOn tells a person what may be said of a counter that went back: commands call it --counter.
const HowToGoOn = "zero counts all that it shows, here only what comes from now on, last goes on from what it showed before"

// CounterStarts are the starts by what commands call them; "" is the careful one.
var CounterStarts = map[string]CounterStart{"": StartCarefully, "zero": StartZero, "here": StartHere, "last": StartLast}

// CounterGrowth is what became of a reading.
type CounterGrowth struct {
	usage.Tally        // what the counter grew by, and is now counted or kept
	Known       bool   // its list is known
	New         bool   // it was never read before
	Alert       string // not "": it is not believed, nothing was counted, and why
	restarted   bool   // it was suspended, or went back, and somebody said how to go on
}

// Figures returns what became of a reading as figures: growth is one record, whatever it is kept as.
func (g *CounterGrowth) Figures() (f usage.Figures) {
	switch {
	case g.Alert != "":
	case g.Tally != usage.Tally{}:
		f.Records = 1
		if g.Known {
			f.Counted = 1
		} else {
			f.UnknownList = 1
		}
	case !g.New:
		f.Records, f.AlreadyKnown = 1, 1
	}
	return f
}

// CountGrowth counts what a counter has grown by since its last reading, exactly once: reading, records, sums and what
// is remembered of the counter are in one transaction. A counter that was never read is only noted: what it shows may
// be years old. A counter that went back, since its list was made anew or an old file was restored, is not believed; it
// raises an alert, and counts nothing until somebody says how to go on (Start).
func CountGrowth(tx *store.Tx, serverID int64, r *CounterReading) (CounterGrowth, error) {
	if err := tx.LockUsage(serverID); err != nil {
		return CounterGrowth{}, err
	}
	c, growth, err := lookAt(&tx.Snapshot, serverID, r)
	if err != nil {
		return growth, err
	}
	if growth.New {
		if err := addCounterGeneration(tx, &c); err != nil {
			return growth, err
		}
	}
	if growth.Alert != "" {
		c.Alert = growth.Alert
		if err := tx.AddGeneration(c.GenerationID, usage.Figures{}, r.Name+": "+growth.Alert); err != nil {
			return growth, err
		}
		return growth, tx.SaveCounter(&c)
	}
	if growth.restarted {
		err := tx.Record(store.Change{Entity: "usage_counter", EntityID: c.GenerationID, Action: "restarted", Before: c.Tally, After: r.Tally})
		if err != nil {
			return growth, err
		}
	}
	at := min(max(r.At, c.Until), tx.By().At.UnixMicro())
	if at <= 0 {
		at = tx.By().At.UnixMicro()
	}
	figures, err := keepGrowth(tx, &c, r, &growth, at)
	if err != nil {
		return growth, err
	}
	c.Tally, c.Until, c.Alert = r.Tally, at, ""
	if err := tx.AddGeneration(c.GenerationID, figures, ""); err != nil {
		return growth, err
	}
	return growth, tx.SaveCounter(&c)
}

// lookAt compares a reading with the last one, and writes nothing. Without a snapshot nothing was read before.
func lookAt(s *store.Snapshot, serverID int64, r *CounterReading) (c store.Counter, growth CounterGrowth, err error) {
	c, found := store.Counter{ServerID: serverID, Kind: r.Kind, Name: r.Name}, false
	if s != nil {
		if c, found, err = s.Counter(serverID, r.Kind, r.Name); err != nil {
			return c, growth, err
		}
	}
	growth.New = !found
	var ok bool
	growth.Tally, ok = r.Tally.Since(c.Tally)
	growth.restarted = found && (c.Alert != "" || !ok)
	switch {
	case !growth.New && !growth.restarted, growth.restarted && r.Start == StartLast && ok:
	case r.Start == StartZero:
		growth.Tally = r.Tally
	case r.Start == StartHere, growth.New:
		growth.Tally = usage.Tally{}
	case ok:
		growth.refuse(c.Alert)
	default:
		growth.refuse(fmt.Sprintf("showed %d messages to %d recipients when it was last believed, and shows %d to %d now: it was begun anew, or an "+
			"older state was restored; nothing is counted until you say how to go on", c.Messages, c.Recipients, r.Tally.Messages, r.Tally.Recipients))
	}
	if r.MessageBytes > 0 {
		growth.Bytes, growth.RecipientBytes = growth.Messages*r.MessageBytes, growth.Recipients*r.MessageBytes
	}
	if err := growth.CheckGrowth(); err != nil {
		growth.refuse(fault.MessageOf(err) + "; nothing is counted until you say how to go on")
	}
	return c, growth, nil
}

// refuse says why a reading is not believed.
func (g *CounterGrowth) refuse(why string) { g.Tally, g.restarted, g.Alert = usage.Tally{}, false, why }

// addCounterGeneration makes the generation in which the records of a counter stand.
func addCounterGeneration(tx *store.Tx, c *store.Counter) (err error) {
	if c.GenerationID, err = tx.NewIDs("generation", 1); err != nil {
		return err
	}
	head := sha256.Sum256(fmt.Appendf(nil, "counter %q %q", c.Kind, c.Name))
	return tx.InsertGeneration(&store.Generation{ID: c.GenerationID, ServerID: c.ServerID, Format: c.Kind, HeadHash: head[:]})
}

// keepGrowth stores growth as records of its list, or of a list that nobody knows yet.
func keepGrowth(tx *store.Tx, c *store.Counter, r *CounterReading, growth *CounterGrowth, at int64) (f usage.Figures, err error) {
	if growth.Tally == (usage.Tally{}) {
		return f, nil
	}
	billing, err := billingZone(&tx.Snapshot)
	if err != nil {
		return f, err
	}
	names, err := tx.ListNames(c.ServerID)
	if err != nil {
		return f, err
	}
	day := usage.NewCalendar(billing).Day(at)
	list, reason := usage.NewDirectory(names).Named(r.List).On(day)
	growth.Known = list != 0
	var known []usage.Record
	var unknown []store.UnknownRecord
	for _, p := range growth.Parts() {
		record := usage.Record{ListID: list, At: at, Position: c.Next, Recipients: p.Recipients, Bytes: p.Bytes, Day: day, Charged: true,
			Hash: int64(xxhash.Sum64(binary.LittleEndian.AppendUint64([]byte(c.Kind+"\x00"+c.Name+"\x00"), uint64(c.Next))))}
		c.Next++
		if list != 0 {
			known = append(known, record)
		} else {
			unknown = append(unknown, store.UnknownRecord{Record: record, Key: printable(r.List), Reason: reason})
		}
	}
	f.Counted, f.UnknownList = int64(len(known)), int64(len(unknown))
	f.Records = f.Counted + f.UnknownList
	if err := tx.AddUsage(c.GenerationID, usage.FromListServer, known); err != nil {
		return f, err
	}
	return f, tx.AddUnknown(c.ServerID, c.GenerationID, usage.FromListServer, unknown)
}
