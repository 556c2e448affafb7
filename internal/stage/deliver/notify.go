package deliver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
)

// notifyNames is how many bills of each kind a notice names.
const notifyNames = 50

// Trouble says whether a sending came to anything that somebody should look at.
func (r *Result) Trouble() bool {
	return r.Mails.Refused+r.Mails.Unconfirmed+r.Mails.Waiting > 0 || len(r.Skipped) > 0
}

// Notify mails to an operator what is to be looked at after a sending. failed is why it did not come to its end, or nil.
// If there is nothing to tell it does nothing.
func Notify(ctx context.Context, o Order, to string, r *Result, failed error) (err error) {
	if r == nil {
		r = newResult()
	}
	if failed == nil && !r.Trouble() {
		return nil
	}
	o.setDefaults()
	head, err := o.letterhead(ctx)
	if err != nil {
		return err
	}
	connection, err := o.Transport.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, connection.Close()) }()
	text := noticeText(r, failed)
	outcome := connection.Send(ctx, &mail.Message{
		From: head.from, ReplyTo: head.from.Address, Bounces: head.bounces, To: mail.Person{Address: to}, Subject: "A mailing of bills is to be looked at",
		Date: o.By().At, MessageID: head.messageID(), Text: text, HTML: "<pre>" + htmlText.Replace(text) + "</pre>", FileName: "notice_" + to,
	})
	if outcome.State != mail.Taken {
		return fault.New(fault.Unavailable, "the notice to %s was not taken: %s", to, outcome.Detail)
	}
	return nil
}

var htmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

func noticeText(r *Result, failed error) string {
	var b strings.Builder
	if failed != nil {
		fmt.Fprintf(&b, "The mailing did not come to its end: %s\n\n", fault.MessageOf(failed))
	}
	sum := ""
	if r.Currency != "" { // it came that far
		sum = ", " + r.Total + " " + r.Currency
	}
	fmt.Fprintf(&b, "Sent: %d bills%s. Mails that were taken: %d.\n", r.Sent, sum, r.Mails.Sent)
	for _, part := range []struct {
		title string
		all   int64
		list  []Trouble
	}{
		{"Unconfirmed, they wait for a decision", r.Mails.Unconfirmed, r.Unconfirmed}, {"Refused", r.Mails.Refused, r.Refused},
		{"Put off, to be tried again", r.Mails.Waiting, r.Waiting},
	} {
		if part.all > 0 {
			fmt.Fprintf(&b, "\n%s: %d\n", part.title, part.all)
		}
		for _, t := range part.list[:min(len(part.list), notifyNames)] {
			fmt.Fprintf(&b, "  %s, %s, %s: %s\n", t.Number, t.Customer, t.Address, t.Detail)
		}
	}
	if len(r.Skipped) > 0 {
		fmt.Fprintf(&b, "\nNot sent: %d\n", len(r.Skipped))
	}
	for _, s := range r.Skipped[:min(len(r.Skipped), notifyNames)] {
		fmt.Fprintf(&b, "  bill %d, %s: %s\n", s.Bill, s.Customer, s.Message)
	}
	return b.String()
}
