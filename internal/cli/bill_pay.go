package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/settle"
)

type billPayCmd struct {
	ID        int64  `arg:"" help:"Id of the bill, as in bill list."`
	Amount    string `placeholder:"A" help:"What came in, in the bill's currency."`
	Date      string `placeholder:"D" help:"Day on which it came in; with --reverse: of the taking back (default: today)."`
	Reference string `placeholder:"TEXT" help:"The bank's or the payer's words for it; the same one is not taken twice."`
	Reverse   int64  `placeholder:"ENTRY" help:"Take this payment or write-off back; its number is in customer statement."`
	Reason    string `placeholder:"TEXT" help:"Why it is taken back."`
}

// Help shows an example.
func (*billPayCmd) Help() string {
	return "A part is taken as it comes; what is more than the bill needs becomes credit for the next one. A wrong payment is " +
		"taken back by an entry of its own.\n\n" +
		example("postmeter bill pay 7 --amount 26.03 --date 2026-10-05 --reference RF18", `postmeter bill pay 7 --reverse 12 --reason "the bank took it back"`)
}

// Run records a payment, or takes one back.
func (cmd *billPayCmd) Run(c *Context) (err error) {
	day, err := cmd.check()
	if err != nil {
		return err
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var booked *settle.Booking
	if cmd.Reverse != 0 {
		booked, err = settle.TakeBack(c, db, c.By(), cmd.ID, cmd.Reverse, day, cmd.Reason)
	} else {
		booked, err = settle.Pay(c, db, c.By(), settle.Payment{BillID: cmd.ID, Amount: cmd.Amount, Day: day, Reference: cmd.Reference})
	}
	if err != nil {
		return err
	}
	return c.Result(booked, func(w io.Writer) error { return printBooking(w, booked) })
}

// check says which flags belong together, and reads the day.
func (cmd *billPayCmd) check() (day period.Date, err error) {
	switch {
	case cmd.Reverse != 0 && (cmd.Amount != "" || cmd.Reference != ""):
		return 0, usagef("--reverse takes a payment back as it is: without --amount and --reference")
	case cmd.Reverse != 0 && strings.TrimSpace(cmd.Reason) == "":
		return 0, usagef("--reverse needs --reason: it stays in the customer's history")
	case cmd.Reverse == 0 && (cmd.Amount == "" || cmd.Date == ""):
		return 0, usagef("say what came in and when, such as --amount 26.03 --date 2026-10-05")
	case cmd.Reverse == 0 && cmd.Reason != "":
		return 0, usagef("--reason is for --reverse")
	case cmd.Date == "":
		return settle.Today, nil
	}
	if day, err = period.Parse(cmd.Date); err != nil {
		return 0, usagef("--date: %v", err)
	}
	return day, nil
}

// printBooking says what was booked and what that leaves.
func printBooking(w io.Writer, b *settle.Booking) error {
	amount := func(text string) string { return statement.Thousands(text) + " " + b.Currency }
	about := b.Customer
	if b.Bill != 0 {
		about = fmt.Sprintf("%s of %s", billName(b.Bill, b.Number), b.Customer)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Booked as entry %d of %s: %s for %s\n", b.Entry, b.Date, statement.Clean(kindName(b.Kind)), statement.Clean(about))
	if b.Bill != 0 {
		fmt.Fprintf(&out, "The bill is %s; %s of it is open", b.Status, amount(b.Open))
		if b.GivenUp != "" {
			fmt.Fprintf(&out, ", and %s is written off", amount(b.GivenUp))
		}
		out.WriteString("\n")
	}
	fmt.Fprintf(&out, "%s owes %s in all and has %s of credit\n", statement.Clean(b.Customer), amount(b.Owed), amount(b.Left))
	_, err := io.WriteString(w, out.String())
	return err
}

func billName(id int64, number string) string {
	if number == "" {
		return fmt.Sprintf("bill %d", id)
	}
	return fmt.Sprintf("bill %d (%s)", id, number)
}
