// Package usage says what a hosting server sent: records, their sums, and which list a name in a log means.
//
// A record says that a list sent one message of so many bytes to so many recipients at an instant. It is a fact:
// it is never changed, and a correction is a record of its own. What is billed are sums of records by list, day,
// source, charged or not, and size class; they can be computed from the records at any time. The package knows
// neither prices nor log formats.
//
// Units: instants are UTC microseconds, sizes bytes, days civil dates in the billing time zone.
package usage
