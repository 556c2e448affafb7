// Package seed makes a synthetic provider of any size, for trials and benchmarks.
//
// It writes what the provider file and the metering of a month would have written: servers, lists, plans of every
// kind, charges, customers with their groups and assignments, deliveries and their sums. The same options give the
// same provider, row for row. It works in batches: memory does not grow with the number of customers. It only ever
// fills a database without customers.
package seed

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Limits of a synthetic provider, and the size of its transactions.
const (
	MaxCustomers        = 10_000_000
	MaxListsPerCustomer = 10_000
	MaxPostsPerList     = 100_000
	customersPerServer  = 5_000
	maxServers          = 200
	listsPerBatch       = 15_000 // lists of one transaction, about
)

// Options say how large the provider is.
type Options struct {
	Customers, ListsPerCustomer, PostsPerList int
	Month                                     period.Month
	Seed                                      uint64
}

// Made counts what was made.
type Made struct {
	Customers     int64 `json:"customers"`
	Groups        int64 `json:"groups"`
	Servers       int64 `json:"servers"`
	Lists         int64 `json:"lists"`
	Plans         int64 `json:"plans"`
	Charges       int64 `json:"charges"`
	Records       int64 `json:"usage_records"`
	Sums          int64 `json:"usage_sums"`
	MemberRecords int64 `json:"member_readings"`
}

// Check returns an Invalid fault for options that are out of range.
func (o Options) Check() error {
	for _, v := range []struct {
		name         string
		value, limit int
	}{
		{"--customers", o.Customers, MaxCustomers},
		{"--lists-per-customer", o.ListsPerCustomer, MaxListsPerCustomer},
		{"--posts-per-list", o.PostsPerList, MaxPostsPerList},
	} {
		if v.value < 0 || v.value > v.limit || v.name == "--customers" && v.value == 0 {
			return fault.At(v.name, "%d is out of range: it can be at most %d", v.value, v.limit)
		}
	}
	return nil
}

// Make fills db. progress is told of each batch of customers that is stored. It returns a Conflict fault for a
// database that holds customers. One that was broken off leaves a part behind: start again with a new database.
func Make(ctx context.Context, db *store.DB, by store.By, o Options, progress func(customers int64)) (*Made, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	m := &maker{options: o, made: &Made{}}
	if err := db.Write(ctx, by, m.begin); err != nil {
		return nil, err
	}
	batch := max(1, listsPerBatch/max(1, o.ListsPerCustomer))
	for first := 0; first < o.Customers; first += batch {
		n := min(batch, o.Customers-first)
		if err := db.Write(ctx, by, func(tx *store.Tx) error { return m.customers(tx, first, n) }); err != nil {
			return nil, err
		}
		progress(int64(n))
	}
	return m.made, db.Write(ctx, by, m.finish)
}

// ready refuses a database that somebody uses.
func ready(tx *store.Tx) error {
	used, err := tx.HasCustomers()
	if err != nil {
		return err
	}
	if used {
		return fault.New(fault.Conflict, "the database holds customers already: name a new one with --db; nothing was changed")
	}
	return nil
}
