// Package cli is the command line of Postmeter: flags, the streams, exit codes,
// progress bars, and one file for each command.
//
// A command reads its arguments, calls a stage, and prints what came back. It
// decides nothing about usage, money or bills. Standard output carries results
// only; everything else goes to standard error.
//
// Exit codes: 0 when it did what was asked; 1 when it could not, with a line on
// standard error that says what, where, and what to do; 2 for wrong usage.
package cli
