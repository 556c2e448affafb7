// Package office is the everyday work on customers, contracts, the catalogue and the settings. So far that is the
// provider file: Import takes it in, Export gives it out.
//
// Import adds and updates, and never deletes. Names are the keys: company, plan and charge id, server name,
// server/site/list, group name. All files of one import are one unit: references may point to anything in them, in any
// order, or to what is in the database, and one fault anywhere means that nothing is changed. A field that is left out
// keeps its value, null sets it back to its default. Importing a file twice changes nothing.
//
// What makes a file unreadable or ambiguous is a fault. What only keeps a customer from being billed (a malformed mail
// address, overlapping plans, a card that does not add up) is taken in, and found by validation: an operator must be
// able to bring all customers in before mending some.
package office
