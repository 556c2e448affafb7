package rating

import (
	"slices"

	"postmeter/internal/domain/fault"
)

// ProblemCode names what is wrong with an input, in the words of customer
// validation where it has one.
type ProblemCode string

// The codes.
const (
	EndsBeforeStart ProblemCode = "ends_before_start"
	PlansOverlap    ProblemCode = "plans_overlap"
	AssignedTwice   ProblemCode = "assigned_twice"
	BadReference    ProblemCode = "bad_reference" // an index that is not in the input, or a plan or charge that is nil
	BadValue        ProblemCode = "bad_value"     // a value that cannot be
)

// Problem is one fault of the input's contract.
type Problem struct {
	Code  ProblemCode
	Fault *fault.Error
	Group int // index of the group, -1 if it is none's
	Other int // of AssignedTwice: index in Others of the counterpart, -1 if it is the customer's own
}

// Problems returns every fault of the input's contract: intervals that end
// before they start, plans of one group that overlap, objects assigned twice on
// one day (inside the period or not), references and values that cannot be.
// A conflict between two other customers has Group -1; Rate lets it pass.
func Problems(in *Input) []Problem {
	var r Rater
	r.check(in)
	return slices.Clone(r.problems)
}

// ownProblems returns the problems that keep the customer from being rated.
func ownProblems(problems []Problem) error {
	var l fault.List
	for _, p := range problems {
		if p.Code != AssignedTwice || p.Group >= 0 {
			l = append(l, p.Fault)
		}
	}
	return l.Err()
}
