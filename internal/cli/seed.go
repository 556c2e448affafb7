package cli

import (
	"errors"
	"fmt"
	"io"

	"postmeter/internal/domain/period"
	"postmeter/internal/stage/seed"
)

type seedCmd struct {
	Customers        int    `required:"" placeholder:"N" help:"Number of customers."`
	ListsPerCustomer int    `default:"3" placeholder:"N" help:"Lists of each customer (default: ${default})."`
	PostsPerList     int    `default:"8" placeholder:"N" help:"Posts to each list in the month (default: ${default})."`
	Month            string `default:"2026-09" placeholder:"YYYY-MM" help:"Month in which they post (default: ${default})."`
	Seed             uint64 `default:"1" placeholder:"N" help:"The same seed makes the same provider (default: ${default})."`
}

// Help shows an example.
func (*seedCmd) Help() string {
	return example("postmeter --db sqlite:trial.db seed --customers 1000",
		"postmeter --db sqlite:trial.db bill run --start 2026-09-01 --end 2026-09-30")
}

// Run makes a synthetic provider.
func (cmd *seedCmd) Run(c *Context) (err error) {
	month, err := period.ParseMonth(cmd.Month)
	if err != nil {
		return usagef("--month: %v", err)
	}
	options := seed.Options{Customers: cmd.Customers, ListsPerCustomer: cmd.ListsPerCustomer,
		PostsPerList: cmd.PostsPerList, Month: month, Seed: cmd.Seed}
	if err := options.Check(); err != nil {
		return usagef("%v", err)
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	bar := c.Progress("customers", int64(cmd.Customers))
	made, err := seed.Make(c, db, c.By(), options, bar.Add)
	bar.Done()
	if err != nil {
		return err
	}
	return c.Result(made, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "made %d customers with %d groups, %d lists on %d servers, %d plans, %d charges, %d deliveries (%d sums) and %d member readings\n",
			made.Customers, made.Groups, made.Lists, made.Servers, made.Plans, made.Charges, made.Records, made.Sums, made.MemberRecords)
		return err
	})
}
