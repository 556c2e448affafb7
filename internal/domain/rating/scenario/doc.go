// Package scenario reads a tariff trial and writes its quote.
//
// A scenario is a JSON document with everything that a quote depends on: plans,
// charges, one customer's groups, the assignments of others, lists, usage, and
// member readings. Quote rates it. The readers of plans, charges and groups are
// shared with other documents that hold the same shapes.
package scenario
