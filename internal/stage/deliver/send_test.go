package deliver_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func TestAMonthIsSent(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test cfo@c1.test", "a@c2.test")
		h.run(september)
		r := h.send()
		want(h, "bills", r.Sent, 2)
		want(h, "total", r.Total+" "+r.Currency, "50.00 USD")
		want(h, "mails", r.Mails, deliver.Counts{Sent: 3})
		for _, a := range []string{"a@c1.test", "cfo@c1.test", "a@c2.test"} {
			want(h, "mails to "+a, h.got(a), 1)
		}
		want(h, "statuses", h.statuses(), "C1 sent, C2 sent")
		facts, err := insight.Facts(context.Background(), h.db, h.bill("C1").ID)
		h.must(err)
		want(h, "number", facts.Bill.Number, "INV-2026-00001")
		want(h, "issued", facts.Bill.Issued.String(), "2026-10-01")
		want(h, "due", facts.Bill.Due.String(), "2026-10-15")
		for _, m := range h.server.Mails() {
			want(h, "envelope", m.From, "bounces@lists.test")
			if !strings.Contains(string(m.Data), "INV-2026-0000") || m.Test {
				h.Errorf("mail without its number, or a test:\n%.300s", m.Data)
			}
		}
		again := h.send()
		want(h, "sent a second time", again.Sent+again.Mails.Sent, 0)
		want(h, "mails in all", len(h.server.Mails()), 3)
		owed := storetest.Rows(t, h.url, `SELECT CAST(sum(amount) AS BIGINT) FROM ledger_entry WHERE kind = 'invoice'`)
		want(h, "ledger", owed[0], "5000")
	})
}

// TestTheIssueDayIsTheProviders sends when it is the first of the year in London, and not yet in New York.
func TestTheIssueDayIsTheProviders(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test", "a@c2.test")
		h.setClock("2027-01-01T03:00:00Z")
		h.run(september)
		h.send(h.bill("C1").ID)
		h.setClock("2027-01-01T05:00:00Z")
		h.send(h.bill("C2").ID)
		want(h, "last of the year", h.bill("C1").Number, "INV-2026-00001")
		want(h, "first of the year", h.bill("C2").Number, "INV-2027-00001")
	})
}

func TestAStaleDraftIsNotSent(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test", "a@c2.test")
		h.run(september)
		h.take(strings.Replace(customersFile("a@c1.test"), "a@c1.test", "new@c1.test", 1))
		r := h.send()
		want(h, "bills", r.Sent, 1)
		if len(r.Skipped) != 1 || r.Skipped[0].Customer != "C1" || r.Skipped[0].Reason != deliver.ReasonStale {
			h.Errorf("skipped %+v", r.Skipped)
		}
		h.take(strings.Replace(provider, "25.00", "26.00", 1))
		h.run(september)
		h.take(strings.Replace(provider, "25.00", "27.00", 1))
		want(h, "after the catalogue changed", h.send().Sent, 0)
		h.run(september)
		want(h, "after it was run again", h.send().Sent, 1)
		want(h, "mails to the new address", h.got("new@c1.test"), 1)
		want(h, "number", h.bill("C1").Number, "INV-2026-00002")
	})
}

// TestOneDraftOfACustomerAtATime has two months of drafts: the second changes with what the first leaves of the credit.
func TestOneDraftOfACustomerAtATime(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test")
		h.setClock("2026-11-01T12:00:00Z")
		h.run(september)
		h.run(october)
		r := h.send()
		want(h, "sent", r.Sent, 1)
		want(h, "skipped", len(r.Skipped), 1)
		h.run(october)
		want(h, "sent after it was run again", h.send().Sent, 1)
	})
}

func TestTheClockWasSetBack(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test")
		h.run(september)
		h.setClock("2025-10-01T12:00:00Z")
		r := h.send()
		want(h, "sent", r.Sent, 0)
		if len(r.Skipped) != 1 || r.Skipped[0].Reason != deliver.ReasonMadeLater {
			h.Errorf("skipped %+v", r.Skipped)
		}
		h.setClock("2026-10-01T12:00:00Z")
		want(h, "sent with the clock right", h.send().Sent, 1)
	})
}

func TestOneFailingAddressStopsNobody(t *testing.T) {
	each(t, func(h *house) {
		h.customers(mailtest.Refuse+"@c1.test b@c1.test", mailtest.Grey+"@c2.test", mailtest.Vanish+"@c3.test", mailtest.DropOnce+"@c4.test",
			mailtest.HangAfter+"@c5.test", mailtest.Hang+"@c6.test", "a@c7.test", mailtest.Babble+"@c8.test", mailtest.Drop+"@c9.test")
		h.run(september)
		r := h.send()
		want(h, "bills", r.Sent, 9)
		want(h, "mails", r.Mails, deliver.Counts{Sent: 3, Refused: 1, Waiting: 3, Unconfirmed: 3})
		want(h, "statuses", h.statuses(), "C1 bounced, C2 sent, C3 unconfirmed, C4 sent, C5 unconfirmed, C6 sent, C7 sent, C8 unconfirmed, C9 sent")
		h.now.Add(1)
		r = h.send()
		want(h, "the second time", r.Mails, deliver.Counts{Sent: 1, Waiting: 2})
		want(h, "to the one who came late", h.got(mailtest.Grey+"@c2.test"), 1)
		for _, uncertain := range []string{mailtest.Vanish + "@c3.test", mailtest.HangAfter + "@c5.test", mailtest.Babble + "@c8.test"} {
			want(h, "to "+uncertain, h.got(uncertain), 1)
		}
	})
}

// TestTheOperatorDecidesAboutTheUncertain mails an unconfirmed bill again.
func TestTheOperatorDecidesAboutTheUncertain(t *testing.T) {
	each(t, func(h *house) {
		h.customers(mailtest.Vanish+"@c1.test b@c1.test", mailtest.Refuse+"@c2.test", "a@c3.test")
		h.run(september)
		h.send()
		r, err := deliver.Again(context.Background(), h.order(), h.bill("C1").ID)
		h.must(err)
		want(h, "again", r.Mails, deliver.Counts{Unconfirmed: 1})
		ids := map[string]int{}
		for _, m := range h.server.Mails() {
			ids[m.To+" "+m.ID]++
		}
		want(h, "copies of one Message-ID to the uncertain address", slices.Max(values(ids)), 2)
		want(h, "copies to the other", h.got("b@c1.test"), 1)

		h.take(strings.Replace(customersFile("x@c1.test", mailtest.Refuse+"@c2.test"), mailtest.Refuse+"@c2.test", "right@c2.test", 1))
		repeats, err := deliver.LookAgain(context.Background(), h.order(), h.bill("C2").ID)
		h.must(err)
		if diff := cmp.Diff([]deliver.Repeat{{Address: "right@c2.test"}}, repeats); diff != "" {
			h.Error(diff)
		}
		_, err = deliver.Again(context.Background(), h.order(), h.bill("C2").ID)
		h.must(err)
		want(h, "to the corrected address", h.got("right@c2.test"), 1)
		for _, id := range []int64{h.bill("C3").ID, 99} {
			if _, err := deliver.Again(context.Background(), h.order(), id); fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.NotFound {
				h.Errorf("bill %d is sent again: %v", id, err)
			}
		}
	})
}

func values(m map[string]int) (out []int) {
	for _, n := range m {
		out = append(out, n)
	}
	return out
}

// TestAMailServerOutOfOrderIsFoundOutBefore gives no numbers when nothing can be mailed.
func TestAMailServerOutOfOrderIsFoundOutBefore(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test")
		h.run(september)
		o := h.order()
		h.server.Password = "needed"
		h.server.NoSender = true
		_, err := deliver.Send(context.Background(), o)
		h.must(err) // one mail that waits is no reason to give up
		want(h, "statuses", h.statuses(), "C1 sent")
		h.server.NoSender, h.server.Password = false, ""
		want(h, "when it is in order again", h.send().Mails.Sent, 1)
	})
}

func TestManyTroublesAreTheServers(t *testing.T) {
	each(t, func(h *house) {
		h.customers(many(20)...)
		h.run(september)
		h.server.NoSender = true
		_, err := deliver.Send(context.Background(), h.order())
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "20 bills have been given numbers") {
			h.Fatalf("got %v", err)
		}
		h.server.NoSender = false
		want(h, "taken up again", h.send().Mails, deliver.Counts{Sent: 20})
		want(h, "mails in all", len(h.server.Mails()), 20)
	})
}

func many(n int) (addresses []string) {
	for i := range n {
		addresses = append(addresses, "a@c"+string(rune('a'+i%26))+strings.Repeat("x", i/26)+".test")
	}
	return addresses
}

func TestNothingIsNumberedWithoutAMailServer(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test")
		h.run(september)
		o := h.order()
		o.Transport = nowhere{}
		if _, err := deliver.Send(context.Background(), o); fault.KindOf(err) != fault.Unavailable {
			h.Errorf("got %v", err)
		}
		want(h, "statuses", h.statuses(), "C1 draft")
	})
}

// TestMailsAreFromSomebody has no setting that says from whom.
func TestMailsAreFromSomebody(t *testing.T) {
	each(t, func(h *house) {
		h.take("settings: {billing_admin_email: \"\", bounce_email: \"\"}")
		h.customers("a@c1.test")
		h.run(september)
		o := h.order()
		o.Host = "mx.lists.test"
		r, err := deliver.Send(context.Background(), o)
		h.must(err)
		want(h, "warnings", len(r.Warnings), 1)
		want(h, "from", h.server.Mails()[0].From, "billing@mx.lists.test")
	})
}

// TestTwoSendersAtOnce share the work, whoever makes the bills final.
func TestTwoSendersAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.customers(many(60)...)
		h.run(september)
		other, err := store.Open(context.Background(), h.url, store.Options{})
		h.must(err)
		defer other.Close()
		var group sync.WaitGroup
		var sent, mailed [2]int64
		for i, db := range []*store.DB{h.db, other} {
			o := h.order()
			o.DB, o.Batch, o.Connections = db, 5, 3
			group.Go(func() {
				r, err := deliver.Send(context.Background(), o)
				if err != nil {
					t.Error(err)
					return
				}
				sent[i], mailed[i] = r.Sent, r.Mails.Sent
			})
		}
		group.Wait()
		want(h, "bills", sent[0]+sent[1], 60)
		want(h, "mails", mailed[0]+mailed[1], 60)
		h.audit()
	})
}

// TestSendingWhileBillsAreRun runs the bills again and again while they are sent.
func TestSendingWhileBillsAreRun(t *testing.T) {
	each(t, func(h *house) {
		h.customers(many(40)...)
		h.run(september)
		stop := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					h.run(september)
				}
			}
		})
		o := h.order()
		o.Batch = 4
		_, err := deliver.Send(context.Background(), o)
		close(stop)
		group.Wait()
		h.must(err)
		h.audit()
		want(h, "bills", len(h.bills()), 40)
	})
}
