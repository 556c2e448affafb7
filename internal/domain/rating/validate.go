package rating

import "postmeter/internal/domain/fault"

// ProblemCode names what is wrong with the assignments, as customer validation does.
type ProblemCode string

// The codes.
const (
	EndsBeforeStart ProblemCode = "ends_before_start"
	PlansOverlap    ProblemCode = "plans_overlap"
	AssignedTwice   ProblemCode = "assigned_twice"
	BadReference    ProblemCode = "bad_reference" // an index or a list that is not in the input
	BadValue        ProblemCode = "bad_value"
)

// Problem is one fault of the input's contract.
type Problem struct {
	Code  ProblemCode
	Fault *fault.Error
	Group int // index of the group, -1 if it is none's
	Other int // AssignedTwice: index in Others of the counterpart, -1 if it is the customer's own
}

// Problems returns every fault of the input's contract: intervals that end
// before they start, overlapping plans, objects assigned twice on one day
// (inside the period or not), references and values that cannot be.
func Problems(in *Input) []Problem { return nil }
