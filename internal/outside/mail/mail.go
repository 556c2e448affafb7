// Package mail hands mails to a mail server (SMTP), or writes them into a folder.
//
// What matters most to the caller is what became of a mail, so Send answers with an Outcome and never with a bare error:
// taken, refused for good, refused for now, or nobody knows. The last happens only between the end of the message and
// the server's answer. The package knows no bills and keeps nothing. It reads no clock: a step that takes too long is
// ended by its own timer.
package mail

import (
	"context"
	"crypto/x509"
	"time"
)

// State says what became of a mail.
type State uint8

// The states. Later is the zero value: a mail of which nothing is said may be tried again, since it was not handed over.
const (
	Later   State = iota // not taken now; nothing of it is in the mail server's hands
	Taken                // in the mail server's hands
	Refused              // the mail server will never take it for this address
	Unknown              // handed over, and the connection was lost before the answer came
)

// Outcome is what became of a mail.
type Outcome struct {
	State  State
	Detail string // what the mail server said, or what happened: one line, safe to show
	// Trouble says that the fault is the mail server's or the sender's and not the address's: the next mail would meet
	// it too.
	Trouble bool
}

// Connection sends mails one after the other. It is not safe for concurrent use.
type Connection interface {
	// Send sends one mail. A mail that the mail server may have taken is never sent again by it.
	Send(ctx context.Context, m *Message) Outcome
	// Broken says that the connection is of no use any more: close it, and open another.
	Broken() bool
	// Close ends the connection politely, if it is not broken.
	Close() error
}

// Transport opens connections. It is safe for concurrent use.
type Transport interface {
	// Open returns a connection that is ready to send. Its error is an Unavailable or Denied fault.
	Open(ctx context.Context) (Connection, error)
	// String says where mails go, without a password.
	String() string
}

// Limits of time. RFC 5321 (4.5.3.2) asks for five to ten minutes; a mail server that is silent for so long holds up
// everything else, and only the last of them decides whether a mail is lost.
const (
	DefaultStepLimit  = time.Minute      // to connect, and for each answer but the last
	DefaultFinalLimit = 10 * time.Minute // for the answer to the whole message: giving up early leaves it unconfirmed
)

// Options tunes a transport. The zero value is right for production.
type Options struct {
	Name       string        // of this machine, for the greeting; empty: localhost
	StepLimit  time.Duration // 0: DefaultStepLimit
	FinalLimit time.Duration // 0: DefaultFinalLimit

	// Roots are the authorities whose certificates are believed; nil: those of this machine.
	Roots *x509.CertPool
}

func (o Options) orDefault() Options {
	if o.Name == "" {
		o.Name = "localhost"
	}
	if o.StepLimit == 0 {
		o.StepLimit = DefaultStepLimit
	}
	if o.FinalLimit == 0 {
		o.FinalLimit = DefaultFinalLimit
	}
	return o
}
