// Package stage is the floor where the work is done, in the order in which money
// is made: usage is gathered, bills are run, and later they are delivered and
// settled. Each package below it is one stage.
//
// A stage reads what earlier stages have stored and writes only its own tables,
// through the store. It never calls another stage, so each can be run again
// alone, after a crash or after a correction. It contains no SQL, no HTTP and no
// text for terminals; it is told the time by its caller.
package stage
