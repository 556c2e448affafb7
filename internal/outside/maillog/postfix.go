package maillog

import (
	"bytes"
)

// The lines that the format postfix reads, as regular expressions. The first says whose mail a queue id is and how
// large, the second what became of one recipient (who was reached if the status is the word sent), the third that the id
// is free for other mail.
const (
	postfixHead    = `^([A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)) [^ ]+ [^ ]*`
	postfixID      = `([0-9A-Za-z]{1,24})`
	postfixAddress = `("(?:[^"\\]|\\.)*"[^>]*|[^">][^>]*|)`

	PostfixQueuePattern    = postfixHead + `/[no]?qmgr\[\d+\]: ` + postfixID + `: from=<` + postfixAddress + `>, size=(\d+), nrcpt=(\d+)(?: .*)?$`
	PostfixDeliveryPattern = postfixHead + `/smtp\[\d+\]: ` + postfixID + `: to=<` + postfixAddress + `>(?:, orig_to=<` + postfixAddress + `>)?, (?:.*?, )??status=(.*)$`
	PostfixRemovedPattern  = postfixHead + `/(?:[no]?qmgr|postsuper)\[\d+\]: ` + postfixID + `: removed$`
)

// postfix reads the format postfix: the log of the mail server that list servers hand their mail to. Only what it sends
// on by SMTP counts; what it delivers here, by lmtp, local, virtual or pipe, is on its way to a list.
type postfix struct {
	postfixTime
	kind  string
	queue openQueue
	id    queueID // of the last line
}

func newPostfix(setting Setting, state []byte) (*postfix, error) {
	p := &postfix{postfixTime: postfixTime{clock: clock{zone: setting.Zone}, latest: setting.Latest}, kind: setting.Kind}
	p.queue.init()
	err := p.restore(state)
	return p, err
}

// agent is a program of Postfix.
type agent uint8

const (
	otherAgent agent = iota
	smtpAgent
	queueAgent
	superAgent // postsuper, by which an administrator takes mail away
)

// Parse reads a line. What senders, recipients and other servers can write into one stands behind what counts, or
// between marks that they cannot write.
func (p *postfix) Parse(line *Line, e *Entry) (Verdict, string) {
	text := trimCR(line.Text)
	time, who, message := cutHead(text)
	if who == otherAgent {
		return Chatter, ""
	}
	rest, ok := cutID(message, &p.id)
	if !ok {
		return Chatter, ""
	}
	switch who {
	case smtpAgent:
		if rest, ok = after(rest, "to=<"); ok {
			return p.delivery(line, text[:time], rest, e)
		}
	case queueAgent:
		if from, ok := after(rest, "from=<"); ok {
			return p.queued(line, text[:time], from)
		}
		fallthrough
	case superAgent:
		if string(rest) == "removed" {
			p.queue.remove(&p.id)
		}
	case otherAgent:
	}
	return Chatter, ""
}

// delivery reads what became of one recipient.
func (p *postfix) delivery(line *Line, time, rest []byte, e *Entry) (Verdict, string) {
	rest, ok := cutAddress(rest)
	if orig, is := after(rest, ", orig_to=<"); ok && is {
		rest, ok = cutAddress(orig)
	}
	if ok {
		rest, ok = status(rest)
	}
	if !ok {
		return p.unfit(line, "status=sent")
	}
	if rest, ok = after(rest, "sent"); !ok || len(rest) > 0 && rest[0] != ' ' {
		return Chatter, ""
	}
	m := p.queue.find(&p.id)
	switch {
	case m == nil && !p.id.valid():
		return Chatter, ""
	case m == nil:
		return Unparsed, reasonNoQueue
	case len(m.list) == 0:
		return Chatter, ""
	}
	at, reason := p.at(time)
	if reason == "" {
		reason = check(1, 0, m.size, m.list)
	}
	if reason != "" {
		return Unparsed, reason
	}
	*e = Entry{List: m.list, Sender: m.sender, At: at, Recipients: 1, Bytes: m.size, Hash: line.Hash()}
	return Usage, ""
}

// queued reads whose mail a queue id is. Postfix says it again each time when it tries again.
func (p *postfix) queued(line *Line, time, text []byte) (Verdict, string) {
	rest, ok := cutAddress(text)
	sender := text[:max(len(text)-len(rest)-1, 0)]
	if !ok {
		return p.unfit(line, ", size=")
	}
	if rest, ok = after(rest, ", size="); !ok {
		return Chatter, ""
	}
	size, rest, ok := number(rest)
	if rest, ok = afterIf(ok, rest, ", nrcpt="); ok {
		_, rest, ok = number(rest)
	}
	if !ok || len(rest) > 0 && rest[0] != ' ' {
		return p.unfit(line, ", size=")
	}
	if !p.id.valid() {
		return Chatter, ""
	}
	if _, reason := p.at(time); reason == reasonForm {
		return Unparsed, reason
	}
	name, site, ok := listOf(sender, p.kind)
	if ok && len(sender) > maxSender {
		p.queue.put(&p.id, 0, nil, nil, nil, p.clock.last)
		return Unparsed, reasonListName
	}
	if !ok {
		sender = nil
	}
	p.queue.put(&p.id, size, sender, name, site, p.clock.last)
	return Chatter, ""
}

// maxSender is the longest envelope sender of a list, in bytes.
const maxSender = 1024

// unfit is the verdict on a line that is not as Postfix writes it: it is of interest if it holds a mark.
func (p *postfix) unfit(line *Line, mark string) (Verdict, string) {
	switch {
	case !p.id.valid():
	case line.Cut:
		return Unparsed, reasonLong
	case bytes.Contains(line.Text, []byte(mark)):
		return Unparsed, reasonForm
	}
	return Chatter, ""
}

// Lost returns nothing.
func (p *postfix) Lost() []Lost { return nil }
