// Package fault is the one error type of Postmeter.
//
// An Error says what kind of failure it is, where it is (a field or a place in
// a document), and what went wrong in words that are safe to show to anyone.
// The technical cause stays hidden behind Unwrap, for the log. An error that
// nobody classified is Internal: its text may hold anything and is not shown.
package fault

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what the caller can do about them.
type Kind uint8

// The kinds. Internal is the zero value, so that what is not classified is internal.
const (
	// Internal is a failure of the program or its surroundings; its text is not shown.
	Internal Kind = iota
	// Invalid is bad input; Place and Message say what to mend.
	Invalid
	// NotFound names something that does not exist.
	NotFound
	// Conflict is a request that contradicts what is stored.
	Conflict
	// Busy means that another process holds what is needed; trying later helps.
	Busy
	// Denied means that the caller, or the program, may not do this.
	Denied
	// Unavailable means that a needed machine or file cannot be reached or written.
	Unavailable
	// Canceled means that the caller gave up.
	Canceled
)

var kindNames = [...]string{"internal", "invalid", "not_found", "conflict", "busy", "denied", "unavailable", "canceled"}

// String returns the kind's name as used in logs and JSON.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is a classified error. Place and Message are safe to show; Cause is not.
type Error struct {
	Kind    Kind
	Place   string // field or path, such as plans[1].usage[0].overage.per; may be empty
	Message string
	Command string // what to type against it, for who reads this on a command line; may be empty. Message does without it
	Cause   error
}

// Typed says what to type against a fault on a command line, such as "--confirm". Pages do not show it: they have
// buttons.
func (e *Error) Typed(format string, args ...any) *Error {
	e.Command = fmt.Sprintf(format, args...)
	return e
}

// CommandOf returns what to type against err, "" if nobody said.
func CommandOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Command
	}
	return ""
}

// Error returns "place: message", without the cause.
func (e *Error) Error() string {
	if e.Place == "" {
		return e.Message
	}
	return e.Place + ": " + e.Message
}

// Unwrap returns the hidden cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind, without a place.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// At makes an Invalid error with a place.
func At(place, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Place: place, Message: fmt.Sprintf(format, args...)}
}

// Wrap classifies cause and gives it a message that is safe to show. It keeps
// the cause behind Unwrap. Wrap of nil returns nil.
func Wrap(kind Kind, cause error, format string, args ...any) error {
	if cause == nil {
		return nil
	}
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// KindOf returns the kind of the first classified error in err's chain, Internal
// if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var l List
	if errors.As(err, &l) && len(l) > 0 {
		return l[0].Kind
	}
	return Internal
}

// hiddenMessage is what people read of an error that nobody classified.
const hiddenMessage = "internal error; the log has the details"

// MessageOf returns the text of err that is safe to show: that of the first
// classified error in its chain.
func MessageOf(err error) string {
	if err == nil {
		return ""
	}
	var l List
	if errors.As(err, &l) {
		return l.Error()
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return hiddenMessage
}
