// Package archtest holds the house rules that a compiler does not know, and
// fails the build when one is broken, with the reason for the rule.
//
// The floors, from the top: cmd, cli, app, face, stage, then store and outside
// side by side, then domain. A floor imports only floors below it. Imports,
// clocks, the environment, SQL and floats are checked in the source text, so
// that no tool is needed but go test.
package archtest
