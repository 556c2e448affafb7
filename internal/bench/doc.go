// Package bench measures what takes long, beside a bare loop that does the least
// that any program would have to do, on the same machine and in the same run. The
// ratio of the two says more than either rate.
//
// The measurements are tests with the build tag bench, so that go test ./... does
// not run them; make bench does:
//
//	//go:build bench
//
//	func TestIngestDryRun(t *testing.T) {
//		bench.Pair{Name: "ingest --dry-run", Unit: "lines", Count: lines, Limit: 6, Ours: …, Bare: …}.Run(t)
//	}
package bench
