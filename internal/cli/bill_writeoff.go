package cli

import (
	"errors"
	"io"

	"postmeter/internal/stage/settle"
)

type billWriteOffCmd struct {
	ID     int64  `arg:"" help:"Id of the bill, as in bill list."`
	Reason string `required:"" placeholder:"TEXT" help:"Why; it stays in the customer's history."`
}

// Help shows an example.
func (*billWriteOffCmd) Help() string {
	return "What is open on the bill is not owed any more. It is taken back with bill pay --reverse.\n\n" +
		example(`postmeter bill write-off 7 --reason "the company is gone"`)
}

// Run gives up what is open on a bill.
func (cmd *billWriteOffCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	booked, err := settle.WriteOff(c, db, c.By(), cmd.ID, cmd.Reason)
	if err != nil {
		return err
	}
	return c.Result(booked, func(w io.Writer) error { return printBooking(w, booked) })
}
