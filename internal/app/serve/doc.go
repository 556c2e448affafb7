// Package serve is the long-running process: a listener, one mux for pages and API, loops in the background, and jobs.
//
// What it serves is a list of Parts (parts.go): each brings its routes, loops, kinds of jobs and schedules, and knows
// nothing of the others. Handler builds everything of it that answers requests, for tests without a network.
// docs/design/serve.md tells the whole.
package serve
