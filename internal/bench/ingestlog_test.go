//go:build bench

package bench

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// monthLog writes a log of Mailman 3 with our template: usage lines of a September in New York, of lists of all
// sizes, and before each of every tenth line some of the chatter that stands in real ones. It returns its path.
func monthLog(tb testing.TB, lists, usage int, chatter bool) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "smtp.log")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	const seed = 1
	tb.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	start := time.Date(2026, 9, 1, 4, 0, 0, 0, time.UTC)
	for i := range usage {
		at := start.Add(time.Duration(i) * (30 * 24 * time.Hour / time.Duration(usage))).Format("2006-01-02T15:04:05-0700")
		list := random.IntN(lists)
		if chatter && i%10 == 0 {
			fmt.Fprintf(w, "%s ('127.0.0.1', 56524) handling connection\n%s ('127.0.0.1', 56524) >> b'lhlo [127.0.0.1]'\n", at, at)
		}
		size := 500 << random.IntN(7)
		fmt.Fprintf(w, "%s PM1 list_id=list%d.site%d.example.org recips=%d refused=%d size=%d secs=0.%07d sender=user%d@client%d.test msgid=<%016x.%d@client%d.test>\n",
			at, list, list%50, 20+random.IntN(500), random.IntN(3), size+random.IntN(size), random.IntN(10_000_000),
			random.IntN(1000), random.IntN(100), random.Uint64(), i, random.IntN(100))
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}
