// Package browser holds the tests of the pages in a real browser. The stories are JavaScript, in tests; the Go part, with
// the build tag browser, gives them databases and list servers, and checks that no page was left out.
package browser
