// Package account holds one customer with everything that its bill of one period depends on: contracts at the
// prices of their versions, lists under the names they had, usage, member readings, credit, and the bills that exist.
//
// An Account is what validation judges and what rating takes (Input); the store fills one in batches with a Builder.
// Parallel slices tie the places in Input back to what they came from, so that each line of a bill can name its
// assignment and its list. The package is pure: no clock, no database.
package account
