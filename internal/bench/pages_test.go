//go:build bench

package bench

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"postmeter/internal/store/storetest"
)

const (
	pageSessions  = 20
	pageFew       = 1_000
	maxPageTime   = 100 * time.Millisecond // 99th percentile of a page
	maxPageTimes  = 2.0                    // as long as with few customers, or
	maxPageWeight = 30_000                 // bytes as it is sent, without what the browser keeps
	maxPageLonger = 20 * time.Millisecond  // longer than with them
)

var (
	pagesSQLite   = flag.Int64("pages.sqlite", 100_000, "customers in the SQLite database of TestPages")
	pagesPostgres = flag.Int64("pages.postgres", 1_000_000, "customers in the PostgreSQL database of TestPages")
	pagesFew      = flag.String("pages.few", "", "a database with few customers for TestPages, instead of a new one")
	pagesMany     = flag.String("pages.many", "", "a database with many customers for TestPages, instead of a new one")
	pagesOnly     = flag.String("pages.only", "", "only pages whose name has this in it")
	pagesPause    = flag.Duration("pages.pause", 0, "how long each session looks at a page before it asks for the next")
	pagesAlone    = flag.Int("pages.alone", 0, "only measures each page alone, asked for so often, on -pages.many")
	pagesTimes    = flag.Int("pages.times", 200, "how often each page is asked for")
)

// TestPages measures how long each page takes the server while 20 sessions ask for pages, one after the other, beside the same
// with few customers.
func TestPages(t *testing.T) {
	if *pagesAlone > 0 {
		v := openVisit(t, context.Background(), *pagesMany)
		defer v.close(t)
		v.alone(t, *pagesMany, *pagesAlone)
		return
	}
	if *pagesMany != "" {
		t.Run("given", func(t *testing.T) { comparePages(t, *pagesFew, *pagesMany) })
		return
	}
	t.Run("sqlite", func(t *testing.T) {
		comparePages(t, billedProvider(t, storetest.SQLite(t), pageFew), billedProvider(t, storetest.SQLite(t), *pagesSQLite))
	})
	t.Run("postgres", func(t *testing.T) {
		comparePages(t, billedProvider(t, storetest.Postgres(t), pageFew), billedProvider(t, storetest.Postgres(t), *pagesPostgres))
	})
}

func comparePages(t *testing.T, fewURL, manyURL string) {
	ctx := context.Background()
	measure := func(url string) map[string][]asked {
		if url == "" {
			return nil
		}
		v := openVisit(t, ctx, url)
		defer v.close(t)
		return v.measure(t)
	}
	few, many := measure(fewURL), measure(manyURL)
	fmt.Printf("%-34s %8s %8s   %8s %8s %8s\n", "page, milliseconds", "few p50", "few p99", "p50", "p99", "times")
	for _, page := range pageKinds {
		took := many[page.name]
		if len(took) == 0 {
			continue
		}
		p50, p99 := percentile(took, 50).took, percentile(took, 99).took
		line := fmt.Sprintf("%-34s %8s %8s   %8s %8s", page.name, "", "", ms(p50), ms(p99))
		wrong := ""
		if before := few[page.name]; len(before) > 0 {
			was := percentile(before, 99).took
			line = fmt.Sprintf("%-34s %8s %8s   %8s %8s %8.1f", page.name, ms(percentile(before, 50).took), ms(was), ms(p50), ms(p99), p99.Seconds()/was.Seconds())
			if p99.Seconds() > was.Seconds()*maxPageTimes && p99-was > maxPageLonger {
				wrong += " grows"
			}
		}
		if p99 > maxPageTime {
			wrong += " slow"
		}
		fmt.Println(line + wrong)
		if wrong != "" {
			longest := percentile(took, 100)
			t.Errorf("%s:%s: %s, and %s once for %s", page.name, wrong, ms(p99), ms(longest.took), longest.path)
		}
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

func wanted(name string) bool { return strings.Contains(name, *pagesOnly) }
