package validation

import (
	"fmt"
	"slices"

	"postmeter/internal/domain/account"
)

// Severity says whether a problem keeps a customer out of a bill run.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Code names a kind of problem.
type Code string

// The codes of errors.
const (
	NoGroup           Code = "no_group"
	NoPlan            Code = "no_plan"
	NoObject          Code = "no_object"
	EmailMissing      Code = "email_missing"
	EmailMalformed    Code = "email_malformed"
	NoInvoiceTemplate Code = "no_invoice_template"
	NoWebTemplate     Code = "no_web_template"
	CardInvalid       Code = "card_invalid"
	CardExpired       Code = "card_expired"
	CardMissing       Code = "card_missing" // a warning while no processor is set up
	EndsBeforeStart   Code = "ends_before_start"
	EndedBeforePeriod Code = "ended_before_period"
	PlansOverlap      Code = "plans_overlap"
	AssignedTwice     Code = "assigned_twice"
	CannotRate        Code = "cannot_rate" // amounts or quantities that cannot be counted
)

// The codes of warnings.
const (
	CardExpiring           Code = "card_expiring"
	InactiveWithLists      Code = "inactive_with_lists"
	EndedButActive         Code = "ended_but_active"
	ListGone               Code = "list_gone"
	LimitExceeded          Code = "limit_exceeded"
	LimitNear              Code = "limit_near"
	UsageWithoutPlan       Code = "usage_without_plan"
	UsageAfterEnd          Code = "usage_after_end"
	DaysUnbilled           Code = "days_unbilled"
	ServerStale            Code = "server_stale"
	AssignmentOutsideDates Code = "assignment_outside_dates"
)

// Problem is something wrong with a customer.
type Problem struct {
	Severity Severity
	Code     Code
	Message  string // says what, where, and what to do, in words for the operator
}

// Surroundings are what a check depends on besides the account.
type Surroundings struct {
	Now              int64           // UTC microseconds; only to tell how long ago a server was synced
	InvoiceTemplates map[string]bool // names that can be chosen; the built-in one has none
	WebTemplates     map[string]bool
	CardProcessor    bool // cards can be charged
}

// maxRepeats is how many problems of one code are told of one customer; the rest is counted in the last one.
const maxRepeats = 10

// findings collects problems.
type findings struct {
	account  *account.Account
	problems []Problem
	repeats  map[Code]int
}

func (f *findings) add(severity Severity, code Code, format string, args ...any) {
	if f.repeats == nil {
		f.repeats = map[Code]int{}
	}
	f.repeats[code]++
	if f.repeats[code] <= maxRepeats {
		f.problems = append(f.problems, Problem{severity, code, fmt.Sprintf(format, args...)})
	}
}

// done says how many problems were left out, and returns the rest.
func (f *findings) done() []Problem {
	for code, n := range f.repeats {
		if n <= maxRepeats {
			continue
		}
		last := slices.IndexFunc(f.problems, func(p Problem) bool { return p.Code == code })
		for i, p := range f.problems {
			if p.Code == code {
				last = i
			}
		}
		f.problems[last].Message += fmt.Sprintf(" (and %d more)", n-maxRepeats)
	}
	return f.problems
}

// HasErrors says whether the problems keep a customer out of a bill run.
func HasErrors(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == Error })
}

// Codes returns the codes of the problems of a severity, each once, in order of appearance.
func Codes(problems []Problem, severity Severity) []string {
	var out []string
	for _, p := range problems {
		if p.Severity == severity && !slices.Contains(out, string(p.Code)) {
			out = append(out, string(p.Code))
		}
	}
	return out
}
