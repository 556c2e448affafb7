// Package collector is the billing server as an agent on a hosting server sees it: it asks how far a log is known, hands
// over stretches of it, and tells how it goes. What goes over the wire is in wire.go, which the other side reads too.
//
// A token for one server goes with each request; it is never sent without encryption to another machine, nor where a
// redirect leads. Failures are faults: Denied when the token is refused, Invalid, NotFound and Conflict when a log is,
// and Unavailable or Busy when it is worth trying again.
package collector
