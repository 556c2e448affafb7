package invoice

// State is the document axis of a bill.
type State string

// The states. A draft may be run again; a final bill never changes; a void one was taken back by a credit note.
const (
	Draft State = "draft"
	Final State = "final"
	Void  State = "void"
)

// Status is what people see of a bill. It is derived from the three axes and stored nowhere.
type Status string

// The statuses, in the order of a bill's life.
const (
	StatusDraft       Status = "draft"
	StatusTested      Status = "tested"      // a draft that was mailed to the operator
	StatusSent        Status = "sent"        // final and handed to the mail server
	StatusUnconfirmed Status = "unconfirmed" // nobody knows whether a mail was handed over
	StatusBounced     Status = "bounced"     // an address did not take it
	StatusPaid        Status = "paid"
	StatusVoid        Status = "void"
)

// Statuses lists every status, in the order of a bill's life.
var Statuses = []Status{StatusDraft, StatusTested, StatusSent, StatusUnconfirmed, StatusBounced, StatusPaid, StatusVoid}

// Axes are the three axes of a bill: document, delivery for each address, and payment.
type Axes struct {
	State       State
	Tested      bool  // the draft was mailed to the operator
	Unconfirmed bool  // an address whose mail may or may not have been handed over
	Bounced     bool  // an address that refused or bounced the mail
	Total       int64 // minor units
	Open        int64 // minor units of Total that are still owed
	WrittenOff  int64 // minor units of Total that were given up: nobody owes them, and nobody paid them
}

// Status derives what people see. What was paid has arrived, so payment hides the state of the mail; what is
// uncertain needs a decision before what is known to have failed. A final bill of 0 is sent and never paid, and so is
// one of which a part was written off: paid always means that all the money came.
func (a Axes) Status() Status {
	switch {
	case a.State == Void:
		return StatusVoid
	case a.State != Final && a.Tested:
		return StatusTested
	case a.State != Final:
		return StatusDraft
	case a.Total > 0 && a.Open <= 0 && a.WrittenOff == 0:
		return StatusPaid
	case a.Unconfirmed:
		return StatusUnconfirmed
	case a.Bounced:
		return StatusBounced
	}
	return StatusSent
}
