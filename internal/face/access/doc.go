// Package access decides who may use which route. The table Rights is the only place that says so: a route that is not
// in it is refused to everybody, whatever is registered.
//
// A request shows a token (Authorization: Bearer …) or, once there are pages, belongs to a session; each way to know
// somebody is an Authenticator. Handlers learn from Of who it is, and check no rights but whose data it may be.
package access
