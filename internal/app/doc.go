// Package app holds what concerns the program as a whole on the machine that it
// runs on: where its database and its key are, and which version it is.
//
// Together with cli it is the top floor: it may know everything, and only these
// two read the environment.
package app
