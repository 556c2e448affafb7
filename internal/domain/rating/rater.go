package rating

import (
	"fmt"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Rater rates inputs one after the other and reuses its memory. The zero value
// is ready. It is not safe for concurrent use.
//
// The way: the period is cut into slices (slice.go), the plans of each group
// into cells, one for each slice and plan (cells.go). Each list's days are given
// to the items of cells (pieces.go), usage and members are added up there
// (usage.go, members.go), and lines are made of them (lines.go, charges.go).
type Rater struct {
	in       *Input
	window   period.Period // the period's days on which the customer is one
	quote    Quote
	problems []Problem
	order    []int32
	runs     []run
	groups   []groupState
	assigned []assigned
	levels   [3]bool // which levels of assignment there are
	slices   []slice
	segs     []seg
	cells    []cell
	items    []item
	sums     []acc
	totals   []int64
	lists    []listState
	pieces   []piece
	late     []lateDay
	readings []int32
	names    []byte
}

// Rate returns the quote of an input. The quote belongs to the Rater until its
// next call; Clone keeps it. Errors are a fault.List of what is wrong with the
// input, or a fault.Error for a line that cannot be counted.
func (r *Rater) Rate(in *Input) (*Quote, error) {
	r.in = in
	r.check(in)
	if len(r.problems) > 0 {
		if err := ownProblems(r.problems); err != nil {
			return nil, err
		}
	}
	r.quote = Quote{Lines: r.quote.Lines[:0], Warnings: r.quote.Warnings[:0]}
	r.cutPeriod()
	r.makeCells()
	r.givePieces()
	if err := r.addUsage(); err != nil {
		return nil, err
	}
	if err := r.addMembers(); err != nil {
		return nil, err
	}
	r.nameItems()
	for g := range in.Customer.Groups {
		if err := r.groupLines(g); err != nil {
			return nil, err
		}
	}
	r.quote.Lines = append(r.quote.Lines, in.Late...)
	r.warn()
	if err := r.sumUp(); err != nil {
		return nil, err
	}
	return &r.quote, nil
}

// tooLarge places an error of the arithmetic at a group, with what it was for.
func (r *Rater) tooLarge(g int, what, name string) error {
	return fault.At(fmt.Sprintf("customer.groups[%d]", g), "%s %s: %s", what, name, errTooLarge.Message)
}
