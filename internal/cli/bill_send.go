package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/deliver"
)

type billSendCmd struct {
	ID    []int64 `arg:"" optional:"" help:"Ids of bills, as in bill list (default: all drafts, and all mails that wait)."`
	Again bool    `help:"Mail one bill once more: where it is unconfirmed, refused or bounced."`
	Yes   bool    `help:"Do not ask."`
}

// Help shows an example.
func (*billSendCmd) Help() string {
	return "Bills get their numbers, become final, and are mailed. What would be done is shown first, and has to be agreed to; " +
		"where no terminal is to ask on, nothing is sent without --yes. A sending that broke off is taken up by sending again.\n\n" +
		example("postmeter bill send", "postmeter bill send 7 8 --yes", "postmeter bill send --again 7")
}

// Run sends bills.
func (cmd *billSendCmd) Run(c *Context) (err error) {
	if cmd.Again && len(cmd.ID) != 1 {
		return usagef("--again takes the id of one bill, such as postmeter bill send --again 7")
	}
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	order, err := c.order(db, cmd.ID)
	if err != nil {
		return err
	}
	if cmd.Again {
		return cmd.again(c, order)
	}
	return cmd.send(c, order)
}

func (cmd *billSendCmd) send(c *Context, order deliver.Order) error {
	p, err := deliver.Look(c, order)
	if err != nil {
		return err
	}
	if !cmd.Yes && !p.Nothing() {
		if err := cmd.ask(c, wouldSend{p}, func(w io.Writer) error { return printPreview(w, p) }, "Send?"); err != nil {
			return err
		}
	}
	bar := c.Progress("bills and mails", p.Bills+p.Mails+p.Queued)
	order.Progress = bar.Add
	result, err := deliver.Send(c, order)
	bar.Done()
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error { return printSent(w, result) })
}

func (cmd *billSendCmd) again(c *Context, order deliver.Order) error {
	repeats, err := deliver.LookAgain(c, order, cmd.ID[0])
	if err != nil {
		return err
	}
	if !cmd.Yes {
		show := func(w io.Writer) error { return printRepeats(w, cmd.ID[0], repeats) }
		if err := cmd.ask(c, wouldRepeat{repeats}, show, "Send again?"); err != nil {
			return err
		}
	}
	result, err := deliver.Again(c, order, cmd.ID[0])
	if err != nil {
		return err
	}
	return c.Result(result, func(w io.Writer) error { return printSent(w, result) })
}

// ask shows what would be done, and asks. On a terminal what is shown is for people whatever comes out of standard output.
func (cmd *billSendCmd) ask(c *Context, value any, show func(io.Writer) error, question string) error {
	if isTerminal(c.Stdin) {
		if err := show(c.Stderr); err != nil {
			return err
		}
		return c.confirm(false, question)
	}
	if err := c.Result(value, show); err != nil {
		return err
	}
	return c.confirm(false, question)
}

// wouldSend and wouldRepeat are results of a sending that was not agreed to.
type wouldSend struct {
	Would *deliver.Preview `json:"would_send"`
}

type wouldRepeat struct {
	Would []deliver.Repeat `json:"would_send_again"`
}

func printPreview(w io.Writer, p *deliver.Preview) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Would make %d bills final, %s %s together, and send %d mails\n", p.Bills, statement.Thousands(p.Total), p.Currency, p.Mails+p.Queued)
	fmt.Fprintf(&b, "From %s\n", p.From)
	notes(&b, p.Warnings)
	if p.Queued > 0 {
		fmt.Fprintf(&b, "Of the mails, %d belong to bills that are final already\n", p.Queued)
	}
	if p.NotMailed > 0 {
		fmt.Fprintf(&b, "Kept without a mail, as the settings say: %d bills\n", p.NotMailed)
	}
	if len(p.To) > 0 {
		t := newTable("BILL>", "CUSTOMER", "TOTAL>", "", "TO")
		for _, r := range p.To {
			t.add(fmt.Sprint(r.Bill), r.Customer, statement.Thousands(r.Total), p.Currency, strings.Join(r.Addresses, ", "))
		}
		if err := section(&b, "To whom", t, p.Bills); err != nil {
			return err
		}
	}
	if err := printUnsent(&b, p.Skipped); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printRepeats(w io.Writer, id int64, repeats []deliver.Repeat) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Would mail bill %d again\n", id)
	t := newTable("TO", "SO FAR", "")
	for _, r := range repeats {
		state := r.State
		if state == "" {
			state = "not mailed"
		}
		t.add(r.Address, state, r.Detail)
	}
	if err := t.print(&b); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printSent(w io.Writer, r *deliver.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Sent %d bills, %s %s together; %d mails were taken\n", r.Sent, statement.Thousands(r.Total), r.Currency, r.Mails.Sent)
	notes(&b, r.Warnings)
	if r.NotMailed > 0 {
		fmt.Fprintf(&b, "Kept without a mail, as the settings say: %d bills\n", r.NotMailed)
	}
	err := errors.Join(
		printTroubles(&b, "Unconfirmed: they may have arrived or not; send one again with --again", r.Unconfirmed, r.Mails.Unconfirmed),
		printTroubles(&b, "Refused", r.Refused, r.Mails.Refused),
		printTroubles(&b, "Put off by the mail server, to be tried again", r.Waiting, r.Mails.Waiting),
		printUnsent(&b, r.Skipped))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func notes(b *strings.Builder, warnings []string) {
	for _, w := range warnings {
		fmt.Fprintf(b, "Note: %s\n", w)
	}
}

func printTroubles(b *strings.Builder, title string, troubles []deliver.Trouble, all int64) error {
	if all == 0 {
		return nil
	}
	t := newTable("BILL>", "NUMBER", "CUSTOMER", "TO", "WHY")
	for _, m := range first(troubles) {
		t.add(fmt.Sprint(m.Bill), m.Number, m.Customer, m.Address, m.Detail)
	}
	return section(b, title, t, all)
}

func printUnsent(b *strings.Builder, skipped []deliver.Skipped) error {
	if len(skipped) == 0 {
		return nil
	}
	t := newTable("BILL>", "CUSTOMER", "WHY")
	for _, s := range first(skipped) {
		t.add(fmt.Sprint(s.Bill), s.Customer, s.Reason+": "+s.Message)
	}
	return section(b, "Not sent", t, int64(len(skipped)))
}
