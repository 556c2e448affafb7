package mail

import (
	"context"
	"errors"
	"net/textproto"

	"github.com/wneessen/go-mail/smtp"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
)

// Send has one conversation. Whatever goes wrong before the end of the message leaves nothing in the mail server's
// hands; after it, only the mail server's own words tell.
func (c *connection) Send(ctx context.Context, m *Message) Outcome {
	if err := customer.CheckEmail(m.To.Address); err != nil {
		return Outcome{State: Refused, Detail: fault.MessageOf(err)}
	}
	data, err := m.Bytes()
	if err != nil {
		return Outcome{State: Refused, Detail: fault.MessageOf(err)}
	}
	letters := !ascii(m.To.Address) || !ascii(m.envelope())
	if able, _ := c.client.Extension("SMTPUTF8"); letters && !able {
		return Outcome{State: Refused, Detail: "the mail server takes no addresses with letters beyond ASCII (SMTPUTF8)"}
	}
	c.client.SkipSMTPUTF8(!letters)
	return c.converse(ctx, m, data)
}

func (c *connection) converse(ctx context.Context, m *Message, data []byte) Outcome {
	limit := c.transport.options.StepLimit
	if err := c.step(ctx, limit, func() error { return c.client.Mail("<" + m.envelope() + ">") }); err != nil {
		return c.early(ctx, err, "the sender "+m.envelope(), true)
	}
	if err := c.step(ctx, limit, func() error { return c.client.Rcpt("<" + m.To.Address + ">") }); err != nil {
		return c.early(ctx, err, "", false)
	}
	var body *smtp.DataCloser
	err := c.step(ctx, limit, func() error {
		w, err := c.client.Data()
		if err != nil {
			return err
		}
		var ok bool
		if body, ok = w.(*smtp.DataCloser); !ok {
			return errors.New("the library for SMTP changed its type")
		}
		return nil
	})
	if err != nil {
		return c.early(ctx, err, "", false)
	}
	if err := c.step(ctx, limit, func() error { _, err := body.Write(data); return err }); err != nil {
		return c.lost(err)
	}
	err = c.step(ctx, c.transport.options.FinalLimit, body.Close)
	return c.late(err, body.ServerResponse())
}

// early is the outcome of an error before the message was handed over. The sender is the same for all mails: what is
// wrong with it is no fault of the address.
func (c *connection) early(ctx context.Context, err error, what string, trouble bool) Outcome {
	var answer *textproto.Error
	if !errors.As(err, &answer) {
		return c.lost(err)
	}
	out := Outcome{State: Later, Detail: said(answer), Trouble: trouble}
	if what != "" {
		out.Detail = what + " is not taken: " + out.Detail
	}
	if answer.Code >= 500 && !trouble {
		out.State = Refused
	}
	if answer.Code == closing || c.step(ctx, c.transport.options.StepLimit, c.client.Reset) != nil {
		c.broken = true
	}
	return out
}

// closing is the code of a mail server that ends the connection.
const closing = 421

// lost is the outcome of a connection that broke before the end of the message.
func (c *connection) lost(err error) Outcome {
	c.broken = true
	return Outcome{State: Later, Detail: short("the connection was lost before the message was handed over: " + err.Error()), Trouble: true}
}

// late is the outcome after the end of the message.
func (c *connection) late(err error, response string) Outcome {
	var answer *textproto.Error
	switch {
	case err == nil:
		return Outcome{State: Taken, Detail: short("250 " + response)}
	case !errors.As(err, &answer):
	case answer.Code/100 == 2:
		return Outcome{State: Taken, Detail: said(answer)}
	case answer.Code/100 == 4:
		c.broken = answer.Code == closing
		return Outcome{State: Later, Detail: said(answer)}
	case answer.Code/100 == 5:
		return Outcome{State: Refused, Detail: said(answer)}
	}
	c.broken = true
	return Outcome{State: Unknown, Detail: short("the connection was lost after the message was handed over: " + err.Error()), Trouble: true}
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
