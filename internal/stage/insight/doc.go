// Package insight reads and never writes: which bills there are, what stands in one, and where each line comes from.
//
// Each answer comes from one snapshot of the database, so that a bill and what explains it belong together. Errors
// are the store's; a bill or line that does not exist is a NotFound fault.
package insight
