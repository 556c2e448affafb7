package gather

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// MaxReports is how many reports one Report takes: one transaction.
const MaxReports = reportBatch

// Became says what became of a report.
type Became string

// What became of a report.
const (
	Counted       Became = "accepted"      // it is in the sums now
	AlreadyKnown  Became = "already_known" // it was before: sending it again is harmless
	OfUnknownList Became = "unknown_list"  // it is kept, and counts when its list appears
	Refused       Became = "refused"
)

// ReportOrder is reports that came over the network.
type ReportOrder struct {
	DB     *store.DB
	By     store.By
	Server string   // of which they may be, and are if they do not say; "": each says its own
	Texts  [][]byte // each an object as a line of the format jsonl has it
}

// Outcome is what became of one report.
type Outcome struct {
	ID     string // as it gives it; "" if it could not be read
	Became Became
	Place  string // the field because of which it was refused
	Reason string
}

// Report counts reports that came over the network, in one transaction: the same code as for a file of them. Each is
// known by its id, so sending them again after an answer was lost is harmless. The outcomes are in the order of the
// texts.
func Report(ctx context.Context, order ReportOrder) ([]Outcome, usage.Figures, error) {
	if len(order.Texts) > MaxReports {
		return nil, usage.Figures{}, fault.New(fault.Invalid, "there are %d records: at most %d are taken at once; send several batches", len(order.Texts), MaxReports)
	}
	run := &run{ctx: ctx, Order: Order{DB: order.DB, By: func() store.By { return order.By }, Server: order.Server, Format: maillog.JSONL}}
	if err := run.prepare(); err != nil {
		return nil, usage.Figures{}, err
	}
	r := &reportRun{run: run, in: &Input{Name: "the request"}, remote: true, head: batchHead(order.Texts), books: make(map[int64]*book), refused: make(map[int64]int64)}
	batch := make([]reportLine, 0, len(order.Texts))
	for i, text := range order.Texts {
		r.number = int64(i + 1)
		l, ok := r.parse(text, int64(i), false)
		if !ok {
			l.refused = fault.New(fault.Invalid, "is empty")
		}
		batch = append(batch, l)
	}
	if err := r.commit(batch); err != nil {
		return nil, usage.Figures{}, err
	}
	return outcomes(batch), r.figures, nil
}

func outcomes(batch []reportLine) []Outcome {
	out := make([]Outcome, len(batch))
	for i := range batch {
		l := &batch[i]
		out[i] = Outcome{ID: l.report.ID, Became: l.became}
		if l.refused != nil {
			out[i].Became = Refused
			out[i].Place, out[i].Reason = placeOf(l.refused), reasonOf(l.refused)
		}
	}
	return out
}

// placeOf returns the field that the first fault is about.
func placeOf(err error) string {
	var list fault.List
	var one *fault.Error
	switch {
	case errors.As(err, &list) && len(list) > 0:
		return list[0].Place
	case errors.As(err, &one):
		return one.Place
	}
	return ""
}

// batchHead is what the generation of a batch is known by.
func batchHead(texts [][]byte) []byte {
	h := sha256.New()
	for _, text := range texts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write(text)
	}
	return h.Sum(nil)
}

// remoteHead is the head of the generation in which refused reports of a server are kept that came over the network.
func remoteHead() []byte {
	h := sha256.Sum256([]byte("refused reports that came over the network"))
	return h[:]
}

// textPosition is where a refused report is kept: at its hash, so that the same one again adds nothing.
func textPosition(text []byte) int64 {
	h := sha256.Sum256(text)
	return int64(binary.BigEndian.Uint64(h[:]) >> 1)
}
