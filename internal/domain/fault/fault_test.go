package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"postmeter/internal/domain/fault"
)

func TestWhatIsNotClassifiedIsInternalAndHidden(t *testing.T) {
	err := fmt.Errorf("dial db.internal: %w", io.EOF)
	if fault.KindOf(err) != fault.Internal {
		t.Errorf("kind: %s", fault.KindOf(err))
	}
	if got := fault.MessageOf(err); got != "internal error; the log has the details" {
		t.Errorf("shown: %s", got)
	}
	if fault.MessageOf(nil) != "" {
		t.Error("no error has a message")
	}
}

func TestTheCauseStaysBehindTheMessage(t *testing.T) {
	err := fmt.Errorf("import: %w", fault.Wrap(fault.Busy, io.ErrClosedPipe, "another process holds %s", "it"))
	if fault.KindOf(err) != fault.Busy || fault.MessageOf(err) != "another process holds it" || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%s: %s", fault.KindOf(err), fault.MessageOf(err))
	}
	if fault.Wrap(fault.Busy, nil, "x") != nil {
		t.Error("nothing was wrapped into an error")
	}
}

func TestListsJoinPlaces(t *testing.T) {
	var inner, l fault.List
	if l.Err() != nil {
		t.Error("an empty list is an error")
	}
	inner.Add("per", "must be greater than %d", 0)
	inner.Add("[1]", "is odd")
	l.AddError("plans[0]", inner.Err())
	l.AddError("customer", fault.At("", "is missing"))
	l.AddError("file", io.EOF)
	l.AddError("nothing", nil)
	want := "plans[0].per: must be greater than 0\nplans[0][1]: is odd\ncustomer: is missing\nfile: internal error; the log has the details"
	if l.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", l, want)
	}
	wrapped := fmt.Errorf("read: %w", l.Err())
	if fault.KindOf(wrapped) != fault.Invalid || fault.MessageOf(wrapped) != want || !errors.Is(wrapped, io.EOF) {
		t.Errorf("%s: %s", fault.KindOf(wrapped), fault.MessageOf(wrapped))
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k, want := range map[fault.Kind]string{fault.Internal: "internal", fault.NotFound: "not_found", fault.Canceled: "canceled", 99: "internal"} {
		if k.String() != want {
			t.Errorf("kind %d is %s, want %s", k, k, want)
		}
	}
}
