// Package invoice says what a bill is and which states it goes through.
//
// A bill has three axes: the document (draft, final, void), the delivery to each address, and payment. The
// status that people see is derived from them. The package is pure: no clock, no database.
package invoice
