package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/deliver"
)

// told returns the notices that an address got.
func (h *house) told(address string) (out []letter) {
	h.Helper()
	for _, m := range h.server.Mails() {
		if m.To != address {
			continue
		}
		if !strings.HasSuffix(m.ID, "@lists.test") || m.From != "bounces@lists.test" {
			h.Errorf("the notice %s comes from %s", m.ID, m.From)
		}
		l := h.read(m)
		l.text = strings.ReplaceAll(l.text, "\r\n", "\n")
		out = append(out, l)
	}
	return out
}

// TestANoticeNamesWhatIsToBeLookedAt sends to addresses of each trouble, and has an operator told.
func TestANoticeNamesWhatIsToBeLookedAt(t *testing.T) {
	each(t, func(h *house) {
		ctx := context.Background()
		h.customers("good1@x.test", "refuse2@x.test", "vanish3@x.test", "busy4@x.test")
		h.run(september)
		result := h.send()
		h.must(deliver.Notify(ctx, h.order(), "ops@x.test", result, nil))
		told := h.told("ops@x.test")
		if len(told) != 1 {
			t.Fatalf("told %d times", len(told))
		}
		want(h, "subject", told[0].subject, "A mailing of bills is to be looked at")
		number := map[string]string{}
		for _, b := range h.bills() {
			number[b.Customer] = b.Number
		}
		for _, line := range []string{
			"Sent: 4 bills, 100.00 USD. Mails that were taken: 1.",
			"Unconfirmed, they wait for a decision: 1\n  " + number["C3"] + ", C3, vanish3@x.test: ",
			"Refused: 1\n  " + number["C2"] + ", C2, refuse2@x.test: ",
			"Put off, to be tried again: 1\n  " + number["C4"] + ", C4, busy4@x.test: ",
			"no such mailbox", "disk full here",
		} {
			if !strings.Contains(told[0].text, line) {
				t.Errorf("the notice lacks %q:\n%s", line, told[0].text)
			}
		}
		if strings.Contains(told[0].text, "good1") || strings.Contains(told[0].text, "Not sent") {
			t.Errorf("the notice names what needs no look:\n%s", told[0].text)
		}
	})
}

// TestANoticeTellsWhyAMailingEnded has one that came to no end, and one of which there is nothing to tell.
func TestANoticeTellsWhyAMailingEnded(t *testing.T) {
	each(t, func(h *house) {
		ctx := context.Background()
		h.customers("good1@x.test")
		h.run(september)
		h.must(deliver.Notify(ctx, h.order(), "ops@x.test", h.send(), nil))
		h.must(deliver.Notify(ctx, h.order(), "ops@x.test", nil, nil))
		if told := h.told("ops@x.test"); len(told) > 0 {
			t.Fatalf("told though all went well: %v", told)
		}
		h.must(deliver.Notify(ctx, h.order(), "ops@x.test", nil, fault.Wrap(fault.Unavailable, errors.New("pa55word"), "the mail server said <b>no</b> & hung up")))
		told := h.told("ops@x.test")
		if len(told) != 1 {
			t.Fatalf("told %d times", len(told))
		}
		if line := "The mailing did not come to its end: the mail server said <b>no</b> & hung up\n\nSent: 0 bills. Mails"; !strings.Contains(told[0].text, line) {
			t.Errorf("the notice lacks %q:\n%s", line, told[0].text)
		}
		if !strings.Contains(told[0].html, "said &lt;b&gt;no&lt;/b&gt; &amp; hung up") {
			t.Errorf("the page of the notice: %s", told[0].html)
		}
		if strings.Contains(told[0].text+told[0].html, "pa55word") {
			t.Errorf("the notice holds the hidden cause:\n%s", told[0].text)
		}
	})
}

// TestALongNoticeNamesSome has more trouble than anybody reads in a mail.
func TestALongNoticeNamesSome(t *testing.T) {
	each(t, func(h *house) {
		r := &deliver.Result{Currency: "USD", Total: "0.00"}
		for i := range 60 {
			r.Skipped = append(r.Skipped, deliver.Skipped{Bill: int64(i + 1), Customer: fmt.Sprintf("C%d", i+1), Message: "it is stale"})
		}
		h.must(deliver.Notify(context.Background(), h.order(), "ops@x.test", r, nil))
		told := h.told("ops@x.test")
		if len(told) != 1 {
			t.Fatalf("told %d times", len(told))
		}
		want(h, "all are counted", strings.Contains(told[0].text, "Not sent: 60\n"), true)
		want(h, "bills that are named", strings.Count(told[0].text, "it is stale"), 50)
	})
}

// TestANoticeThatNobodyTakesIsAFault has an address that is refused, and a mail server that is away.
func TestANoticeThatNobodyTakesIsAFault(t *testing.T) {
	each(t, func(h *house) {
		failed := fault.New(fault.Conflict, "it ended")
		err := deliver.Notify(context.Background(), h.order(), "refuse@x.test", nil, failed)
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.MessageOf(err), "the notice to refuse@x.test was not taken: ") || !strings.Contains(fault.MessageOf(err), "no such mailbox") {
			t.Errorf("refused: %v", err)
		}
		o := h.order()
		o.Transport = nowhere{}
		if err := deliver.Notify(context.Background(), o, "ops@x.test", nil, failed); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("away: %v", err)
		}
	})
}
