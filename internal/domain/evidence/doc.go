// Package evidence shows where a line of a bill comes from: the days, the deliveries with their places in the logs,
// and the arithmetic from there to the exact amount and its rounding.
//
// It works from the contract, the readings and the single deliveries as they are known now, by the rules of rating
// but not by its engine, and then compares with the line. Where they differ the explanation says so: the usage or the
// contract has changed since the bill was made, or something is wrong. The package is pure: no clock, no database.
package evidence
