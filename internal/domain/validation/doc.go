// Package validation says what keeps a customer from being billed, and what an operator should look at.
//
// Check is a pure function of an account, which is of one billing period, and of the instant at which it is asked;
// the bill run and the command that validates ask it in the same way. Errors keep a customer out of a bill run,
// warnings do not. The codes are those of pages, commands and API.
package validation
