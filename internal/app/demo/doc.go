// Package demo shows the whole way from a log to the bills on a provider that does not exist: an embedded database,
// a dozen customers, a month of a Mailman log, metered, billed, tested, mailed, paid, disputed and corrected by the same
// stages that real ones use.
//
// Everything is made from constants: the same program makes the same log, the same bills and the same report.
package demo
