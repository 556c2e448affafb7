package app

import "runtime"

// version is set by the linker (see the Makefile); a plain go build leaves it.
var version = "development"

// Build says which program this is, for support and for bug reports.
type Build struct {
	Version string `json:"version"` // of Postmeter, "development" if it was not built by make
	Go      string `json:"go"`      // of the Go toolchain, such as "go1.26.0"
	System  string `json:"system"`  // operating system and processor, such as "linux/amd64"
}

// Version returns the version of this program.
func Version() Build {
	return Build{Version: version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
}
