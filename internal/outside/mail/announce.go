package mail

import (
	"bytes"
	"context"
	"errors"
	"net/textproto"
	"slices"
)

// Answers of mail servers (RFC 5321, 4.2).
const (
	codeDone    = 250
	codeDones   = 25 // 250 to 259: an address may be taken to be forwarded
	codeGoAhead = 354
	codeClosing = 421 // the connection ends
)

// command is a line to the mail server, with the answer that lets the conversation go on.
type command struct {
	line string
	want int
}

// announce says from whom a message comes and to whom it goes, and that it follows. Where the mail server offers
// PIPELINING (RFC 2920) the three commands go out together, without waiting for each answer; each answer is read all the
// same, and the message follows only if it was the right one to all three.
func (c *connection) announce(ctx context.Context, m *Message, letters bool) (Outcome, bool) {
	from := "MAIL FROM:<" + m.envelope() + ">"
	if able, _ := c.client.Extension("8BITMIME"); able {
		from += " BODY=8BITMIME"
	}
	if letters {
		from += " SMTPUTF8"
	}
	commands := []command{{from, codeDone}, {"RCPT TO:<" + m.To.Address + ">", codeDones}, {"DATA", codeGoAhead}}
	size := 1
	if able, _ := c.client.Extension("PIPELINING"); able {
		size = len(commands)
	}
	done := 0
	for group := range slices.Chunk(commands, size) {
		taken, err := c.exchange(ctx, group)
		done += taken
		switch {
		case err == nil:
		case done == 0: // the sender is the same for all mails
			return c.early(ctx, err, "the sender "+m.envelope(), true), false
		default:
			return c.early(ctx, err, "", false), false
		}
	}
	return Outcome{}, true
}

// exchange sends commands and reads the answer to each. It returns how many were taken before the first that was not, and
// the answer to that one. If what comes after it leaves no way to go on, the connection is broken: its end, or a mail
// server that waits for a message which it does not get.
func (c *connection) exchange(ctx context.Context, commands []command) (taken int, refusal error) {
	err := c.step(ctx, c.transport.options.StepLimit, func() error {
		var lines []byte
		for _, each := range commands {
			lines = append(append(lines, each.line...), "\r\n"...)
		}
		if err := c.flush(lines); err != nil {
			return err
		}
		for _, each := range commands {
			code, _, err := c.client.Text.ReadResponse(each.want)
			var answer *textproto.Error
			switch {
			case refusal != nil && (code == codeGoAhead || err != nil && !errors.As(err, &answer)):
				c.broken = true
				return nil
			case refusal != nil:
			case errors.As(err, &answer):
				refusal = err
			case err != nil:
				return err
			default:
				taken++
			}
		}
		return nil
	})
	if refusal == nil {
		refusal = err
	}
	return taken, refusal
}

// keptRoom is how large the room for a written message may be that is kept for the next one.
const keptRoom = 256 << 10 // bytes

// write sends a message and its end, in one piece. Each line ends with CR LF, and none that begins with a dot is taken for
// the end (RFC 5321, 4.5.2).
func (c *connection) write(data []byte) error {
	c.room = appendDotted(c.room[:0], data)
	err := c.flush(c.room)
	if cap(c.room) > keptRoom {
		c.room = nil
	}
	return err
}

func (c *connection) flush(data []byte) error {
	if _, err := c.client.Text.W.Write(data); err != nil {
		return err
	}
	return c.client.Text.W.Flush()
}

// appendDotted appends a message in the form in which it is sent, with its end.
func appendDotted(out, data []byte) []byte {
	out = slices.Grow(out, len(data)+len(data)/64+len("\r\n.\r\n"))
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if len(line) > 0 && line[0] == '.' {
			out = append(out, '.')
		}
		out = append(append(out, bytes.TrimSuffix(line, []byte("\r"))...), "\r\n"...)
		data = rest
	}
	return append(out, ".\r\n"...)
}
