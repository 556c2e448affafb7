package cli

import (
	"errors"
	"io"

	"postmeter/internal/stage/settle"
)

type customerCreditCmd struct {
	Name    string `arg:"" help:"Company of the customer."`
	Amount  string `placeholder:"A" help:"How much, in the currency of the bills."`
	Reverse int64  `placeholder:"ENTRY" help:"Take credit that was given back; its number is in customer statement."`
	Reason  string `required:"" placeholder:"TEXT" help:"Why; it stays in the customer's history."`
}

// Help shows an example.
func (*customerCreditCmd) Help() string {
	return "Credit pays the next bill, as far as it goes.\n\n" +
		example(`postmeter customer credit Acme --amount 5.00 --reason "for the trouble"`)
}

// Run gives credit, or takes it back.
func (cmd *customerCreditCmd) Run(c *Context) (err error) {
	if (cmd.Amount == "") == (cmd.Reverse == 0) {
		return usagef("say how much with --amount, or what is taken back with --reverse")
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var booked *settle.Booking
	if cmd.Reverse != 0 {
		booked, err = settle.TakeBackCredit(c, db, c.By(), cmd.Name, cmd.Reverse, cmd.Reason)
	} else {
		booked, err = settle.GiveCredit(c, db, c.By(), cmd.Name, cmd.Amount, cmd.Reason)
	}
	if err != nil {
		return err
	}
	return c.Result(booked, func(w io.Writer) error { return printBooking(w, booked) })
}
