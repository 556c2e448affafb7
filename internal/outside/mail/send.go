package mail

import (
	"context"
	"errors"
	"io"
	"net/textproto"
	"strings"

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
	if strings.ContainsAny(m.envelope(), "\r\n") {
		return Outcome{Detail: "the sender " + oneLine(m.envelope()) + " is not a mail address", Trouble: true}
	}
	return c.converse(ctx, m, data, letters)
}

func (c *connection) converse(ctx context.Context, m *Message, data []byte, letters bool) Outcome {
	if out, ok := c.announce(ctx, m, letters); !ok {
		return out
	}
	// A write that fails has not written its last bytes, and the end of the message is in those.
	if err := c.step(ctx, c.transport.options.StepLimit, func() error { return c.write(data) }); err != nil {
		return c.lost(err)
	}
	var response string
	err := c.step(ctx, c.transport.options.FinalLimit, func() (err error) {
		_, response, err = c.client.Text.ReadResponse(codeDone)
		return err
	})
	return c.late(err, response)
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
	if answer.Code == codeClosing || c.broken || c.step(ctx, c.transport.options.StepLimit, c.client.Reset) != nil {
		c.broken = true
	}
	return out
}

// lost is the outcome of a connection that broke before the end of the message.
func (c *connection) lost(err error) Outcome {
	c.broken = true
	return Outcome{State: Later, Detail: short("the connection was lost before the message was handed over" + because(err)), Trouble: true}
}

// because says why a connection was lost; nothing where it just ended.
func because(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ""
	}
	return ": " + err.Error()
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
		c.broken = answer.Code == codeClosing
		return Outcome{State: Later, Detail: said(answer)}
	case answer.Code/100 == 5:
		return Outcome{State: Refused, Detail: said(answer)}
	}
	c.broken = true
	return Outcome{State: Unknown, Detail: short("the connection was lost after the message was handed over" + because(err)), Trouble: true}
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
