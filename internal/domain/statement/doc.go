// Package statement says what a reader sees of a bill: who, to whom, how much, and for each line a sentence that
// explains the amount.
//
// Facts are what is stored about a bill; Compose turns them into a Statement, whose texts stand ready for any
// format. A sentence never contradicts its amount: where the arithmetic that it would show does not give the
// line's amount to the cent, the sentence leaves the arithmetic out. The package is pure: no clock, no database.
package statement
