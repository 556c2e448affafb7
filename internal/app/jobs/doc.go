// Package jobs works off the queue of the store: each node has a Worker, which claims jobs whose kinds it knows, runs their
// handlers, and writes down how far they are and what came of them.
//
// A job belongs to the node that claimed it as long as that lives; then another takes it over at once. The handler may
// then have done a part of its work: what must happen once only, it does in a transaction that holds the job (Run.Hold).
// Work is queued with store.Tx.Enqueue, in the transaction that makes it necessary. docs/design/serve.md tells it whole.
package jobs
