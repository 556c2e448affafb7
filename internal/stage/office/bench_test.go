package office_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// benchCustomers is how many customers with a group, a charge and three lists each the file holds.
const benchCustomers = 10_000

// BenchmarkImport takes in a large provider file, reading the YAML included, into an empty database.
func BenchmarkImport(b *testing.B) {
	text := manyCustomers(benchCustomers)
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for range b.N {
				b.StopTimer()
				db, err := store.Open(context.Background(), database(b), store.Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				root, err := providerfile.Parse("p.yaml", []byte(text))
				if err != nil {
					b.Fatal(err)
				}
				report, err := office.Import(context.Background(), db, by, []office.File{{Name: "p.yaml", Root: root}}, nil)
				if err != nil || report.Customers.Added != benchCustomers {
					b.Fatal(report, err)
				}
				b.StopTimer()
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(benchCustomers*b.N)/b.Elapsed().Seconds(), "customers/s")
		})
	}
}

func manyCustomers(n int) string {
	var lists, customers strings.Builder
	for i := range n {
		for j := range 3 {
			fmt.Fprintf(&lists, "  - {server: s1, site: c%d.example, list: l%d, start: 2026-01-01}\n", i, j)
		}
		fmt.Fprintf(&customers, `  - company: Customer %05d
    email: billing@c%d.example
    start: 2026-01-01
    information: {purchase_order: "%d"}
    groups:
      - name: Main
        plans: [{plan: std}]
        charges: [{charge: setup}]
        objects: [{server: s1, site: c%d.example, list: l0}, {server: s1, site: c%d.example, list: l1}, {server: s1, site: c%d.example, free: true}]
`, i, i, i, i, i, i)
	}
	return "currency: USD\nplans: [{id: std, monthly_price: 25}]\ncharges: [{id: setup, amount: 50}]\nservers: [{name: s1}]\nlists:\n" +
		lists.String() + "customers:\n" + customers.String()
}
