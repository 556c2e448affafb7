// Package domain is the ground floor: what the words of the business mean. The
// packages below it are pure. They read no database, no network, no clock and no
// environment; time and settings are arguments. They import each other and the
// standard library's pure packages, and nothing else.
//
//	fault     the one error type
//	doc       strict documents: every fault with its place
//	money     exact amounts and decimals
//	period    civil dates and months
//	settings  what the provider decides once
//	rating    from usage to the lines of an invoice
//
// internal/archtest holds the rules.
package domain
