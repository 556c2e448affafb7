// Package httpkit is what pages and the API share of HTTP: one mux on which every route passes the same guard, one place
// where an error becomes a status, a line of the log and a body, and limits on everything that a request may hold.
//
// A handler returns an error and writes nothing then. ProblemOf decides the status by the kind of the fault; what nobody
// classified is 500, and its text stands in the log only. Logs have one line a request, without query strings, headers
// or bodies.
package httpkit
