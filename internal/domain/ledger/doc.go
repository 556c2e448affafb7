// Package ledger says what each event in a customer's money does to what the customer owes and to its credit.
//
// A ledger is a list of entries that are only ever added. Two figures are derived from it: what is owed, which is the
// sum of what is open on final bills, and credit, which pays the next bill. An entry changes either or both; Net, the
// difference, is what it is worth: a bill its subtotal, a payment minus its amount, a move between the two nothing.
// So the net of all entries always is what was billed less what was paid and given.
//
// Credit never goes below zero. What would take back credit that was spent meanwhile is refused, and says what to do.
// The package is pure: no clock, no database. Amounts are minor units of the entry's currency.
package ledger
