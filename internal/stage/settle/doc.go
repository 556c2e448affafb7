// Package settle books what happens to bills after they were sent: payments, wrong payments taken back, credit notes,
// write-offs, and credit that the operator gives. It also reads a customer's statement.
//
// Each function is one transaction that holds the customer's ledger, decides by what stands there (domain/ledger), and
// books: nothing else than entries is written, but that a voided bill gets its credit note. Faults change nothing.
// Days are civil dates in the billing time zone; today is that of By.
package settle
