//go:build bench

package bench

import (
	"flag"
	"testing"
)

var (
	pagesMake      = flag.String("pages.make", "", "an empty database in which TestMakePages makes a provider, for -pages.few and -pages.many")
	pagesCustomers = flag.Int64("pages.customers", pageFew, "customers that TestMakePages makes")
)

// TestMakePages makes a database for TestPages that stays, so that several measurements can be made on one.
func TestMakePages(t *testing.T) {
	if *pagesMake != "" {
		billedProvider(t, *pagesMake, *pagesCustomers)
	}
}
