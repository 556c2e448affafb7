package maillog

import (
	"bytes"
	"encoding/binary"
	"errors"

	"postmeter/internal/domain/fault"
)

// Limits of what is remembered of mail in the queue. Postfix works on 20,000 mails at a time unless told otherwise, and
// says anew whose a mail is when it takes it up again; so what is forgotten first, which is what was taken up longest
// ago, is hardly ever missed. If it is, its deliveries are unparsed.
const (
	maxQueue      = 1 << 16 // mails
	maxQueueBytes = 8 << 20 // bytes of their senders and lists
	queueDays     = 30      // after which a mail is not handed on to the next log
)

// mail is what a queue id stands for.
type mail struct {
	id           queueID
	size         int64
	seen         int64  // when it was last taken up, UTC seconds
	sender, list []byte // none: not a list's
	older, newer int32  // neighbours in the order in which they were taken up
	buf          []byte // of sender and list
}

// openQueue holds the mails that a log has shown and not seen removed.
type openQueue struct {
	places map[queueID]int32
	mails  []mail // 0 is the end of both lists: its newer is the oldest, its older the newest
	free   []int32
	bytes  int
}

func (q *openQueue) init() {
	q.places, q.mails = make(map[queueID]int32), make([]mail, 1, 64)
}

// find returns the mail of an id, nil if it is not known. It is good until the next change.
func (q *openQueue) find(id *queueID) *mail {
	if i, ok := q.places[*id]; ok {
		return &q.mails[i]
	}
	return nil
}

// put remembers whose mail an id is, and how large; without a sender it is not a list's.
func (q *openQueue) put(id *queueID, size int64, sender, name, site []byte, seen int64) {
	i, ok := q.places[*id]
	if ok {
		q.unlink(i)
	} else {
		i = q.room()
		q.places[*id] = i
	}
	m := &q.mails[i]
	q.bytes -= len(m.sender) + len(m.list)
	m.id, m.size, m.seen, m.sender, m.list = *id, size, seen, nil, nil
	if len(sender) > 0 {
		m.buf = append(append(append(append(m.buf[:0], sender...), name...), '@'), site...)
		m.sender, m.list = m.buf[:len(sender):len(sender)], m.buf[len(sender):]
	}
	q.bytes += len(m.sender) + len(m.list)
	m.older, m.newer = q.mails[0].older, 0
	q.mails[m.older].newer, q.mails[0].older = i, i
	for len(q.places) > maxQueue || q.bytes > maxQueueBytes {
		q.remove(&q.mails[q.mails[0].newer].id)
	}
}

// room returns a place for another mail.
func (q *openQueue) room() int32 {
	if n := len(q.free); n > 0 {
		i := q.free[n-1]
		q.free = q.free[:n-1]
		return i
	}
	q.mails = append(q.mails, mail{})
	return int32(len(q.mails) - 1)
}

func (q *openQueue) unlink(i int32) {
	m := &q.mails[i]
	q.mails[m.older].newer, q.mails[m.newer].older = m.newer, m.older
}

// remove forgets an id, if it is known.
func (q *openQueue) remove(id *queueID) {
	i, ok := q.places[*id]
	if !ok {
		return
	}
	m := &q.mails[i]
	q.bytes -= len(m.sender) + len(m.list)
	delete(q.places, m.id)
	q.unlink(i)
	m.sender, m.list = nil, nil
	q.free = append(q.free, i)
}

// stateForm is the first byte of a state, by which later forms can be told.
const stateForm = 1

// State returns the instant of the last line and the mails in the queue, in the order in which they were taken up.
func (p *postfix) State() ([]byte, error) {
	out := append(make([]byte, 0, 64+len(p.queue.places)*32+p.queue.bytes), stateForm, 0)
	if p.dated {
		out[1] = 1
	}
	out = binary.AppendVarint(out, p.clock.last)
	for i := p.queue.mails[0].newer; i != 0; i = p.queue.mails[i].newer {
		m := &p.queue.mails[i]
		out = appendText(out, bytes.TrimRight(m.id[:], "\x00"))
		out = binary.AppendVarint(out, m.size)
		out = binary.AppendVarint(out, m.seen)
		out = appendText(out, m.sender)
	}
	return out, nil
}

func appendText(out, text []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

func (p *postfix) restore(state []byte) error {
	if len(state) == 0 {
		return nil
	}
	r := stateReader{rest: state}
	form, dated := r.byte(), r.byte()
	p.dated, p.clock.last = dated == 1, r.number()
	for !r.bad && len(r.rest) > 0 {
		id, size, seen, sender := r.text(), r.number(), r.number(), r.text()
		if len(id) == 0 || len(id) > maxQueueID {
			r.bad = true
			break
		}
		var key queueID
		copy(key[:], id)
		name, site, ok := listOf(sender, p.kind)
		if !ok {
			sender = nil
		}
		p.queue.put(&key, size, sender, name, site, seen)
	}
	if r.bad || form != stateForm {
		return fault.Wrap(fault.Internal, errors.New("not a state of this form"), "what was kept of this log between two readings cannot be read")
	}
	return nil
}

// stateReader reads a state piece by piece.
type stateReader struct {
	rest []byte
	bad  bool // it is none
}

func (r *stateReader) byte() (b byte) {
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	b, r.rest = r.rest[0], r.rest[1:]
	return b
}

func (r *stateReader) number() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *stateReader) text() (text []byte) {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)-size) {
		r.bad = true
		return nil
	}
	text, r.rest = r.rest[size:size+int(n)], r.rest[size+int(n):]
	return text
}

// handOn makes the state of a log one with which the next log begins: its mail is still in the queue, and its year is
// told by that log itself.
func (p *postfix) handOn() {
	p.dated = false
	for i := p.queue.mails[0].newer; i != 0 && p.queue.mails[i].seen < p.clock.last-queueDays*secondsPerDay; i = p.queue.mails[0].newer {
		p.queue.remove(&p.queue.mails[i].id)
	}
}
