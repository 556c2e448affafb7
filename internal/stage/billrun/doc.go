// Package billrun turns usage and contracts into drafts of bills, and says what keeps customers from being billed.
//
// A run goes over the customers in batches: each batch is read as one snapshot has it, validated, rated, and compared
// with the drafts that exist, by several workers; one writer stores the batches in their order, a transaction each.
// What is stored depends on the inputs alone, not on how many workers there were or where an earlier run was broken
// off, so that a run can be started again at any time. A dry run is the same up to storing.
//
// The package writes bills, their lines, bill runs, and the history of these; it reads everything else.
package billrun
