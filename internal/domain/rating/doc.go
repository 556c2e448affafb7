// Package rating turns usage into the lines of a bill.
//
// It is a pure function: compiled plans and charges, one customer's
// assignments, usage rolled up by size class, and a period go in; a Quote comes
// out. There is no clock, no database and no float in it. All arithmetic is
// exact; money is rounded once for each line, half away from zero, to the
// currency's minor unit. The same input gives the same output, byte for byte.
//
// Plans are compiled once (CompilePlan) and may be shared by any number of
// goroutines. A Rater holds scratch memory; each goroutine has its own.
//
// Errors are fault.Error values of kind Invalid whose Place is a path into the
// Input, written as in a scenario: customer.groups[0].plans[1].
package rating
