package deliver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/document"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store/storetest"
)

// letter is a mail as its reader sees it.
type letter struct{ subject, text, html string }

func (h *house) read(m mailtest.Mail) letter {
	h.Helper()
	parsed, err := netmail.ReadMessage(bytes.NewReader(m.Data))
	h.must(err)
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	h.must(err)
	_, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	h.must(err)
	l := letter{subject: subject}
	for r := multipart.NewReader(parsed.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		h.must(err)
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		h.must(err)
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.html = string(text)
		} else {
			l.text = string(text)
		}
	}
}

// TestATestIsWhatTheCustomerGets compares both to the byte, but for the mark and the number.
func TestATestIsWhatTheCustomerGets(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test")
		h.run(september)
		before := storetest.Rows(h.TB, h.url, `SELECT state, number, total, issue_day, due_day, made_at, customer_revision FROM bill`)
		r, err := deliver.Test(context.Background(), h.order(), "me@lists.test")
		h.must(err)
		want(h, "tested", r.Tested, 1)
		want(h, "status", h.statuses(), "C1 tested")
		after := storetest.Rows(h.TB, h.url, `SELECT state, number, total, issue_day, due_day, made_at, customer_revision FROM bill`)
		want(h, "the bill", strings.Join(after, ""), strings.Join(before, ""))
		want(h, "numbers taken", len(storetest.Rows(h.TB, h.url, `SELECT name FROM number_series`)), 0)
		h.send()

		mails := h.server.Mails()
		want(h, "mails", len(mails), 2)
		want(h, "test to", mails[0].To, "me@lists.test")
		want(h, "sent to", mails[1].To, "a@c1.test")
		if !mails[0].Test || mails[1].Test {
			h.Error("the mark for programs is on the wrong mail")
		}
		test, sent := h.read(mails[0]), h.read(mails[1])
		number := strings.NewReplacer(deliver.NumberPlace, "INV-2026-00001")
		mark := strings.NewReplacer(deliver.NumberPlace, "INV-2026-00001").Replace(deliver.TestMark)
		want(h, "subject", number.Replace(strings.TrimPrefix(test.subject, deliver.TestSubject)), sent.subject)
		want(h, "text", strings.TrimPrefix(number.Replace(test.text), mark+"\r\n\r\n"), sent.text)
		notice := between(number.Replace(test.html), "<tr><td colspan=\"2\"", "</tr>\r\n")
		if !strings.Contains(notice, mark) {
			h.Errorf("the page has no mark: %s", notice)
		}
		want(h, "html", strings.Replace(number.Replace(test.html), notice, "", 1), sent.html)
		want(h, "subject of the invoice", sent.subject, "Invoice INV-2026-00001 from Exämple Lists")
	})
}

// between returns the first part of a text from one mark through the next.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	inside, _, _ := strings.Cut(rest, to)
	return from + inside + to
}

func TestWhatCannotBeTested(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test", "a@c2.test")
		h.run(september)
		h.send(h.bill("C1").ID)
		r, err := deliver.Test(context.Background(), h.order(h.bill("C1").ID), "me@lists.test")
		h.must(err)
		want(h, "tested", r.Tested, 0)
		want(h, "reason", r.Skipped[0].Reason, deliver.ReasonNotDraft)
		r, err = deliver.Test(context.Background(), h.order(), mailtest.Refuse+"@lists.test")
		h.must(err)
		want(h, "tested by mails that were refused", r.Tested, 0)
		want(h, "failed", len(r.Failed), 1)
		want(h, "status", h.bill("C2").Status, "draft")
		if _, err := deliver.Test(context.Background(), h.order(), "nobody"); fault.KindOf(err) != fault.Invalid {
			h.Errorf("a test to nobody: %v", err)
		}
		if _, err := deliver.Test(context.Background(), h.order(99), "me@lists.test"); fault.KindOf(err) != fault.NotFound {
			h.Errorf("a bill that does not exist: %v", err)
		}
	})
}

// TestZeroAndFree sends bills of nothing, as the settings say.
func TestZeroAndFree(t *testing.T) {
	const three = `
currency: USD
lists: [{server: s1, site: f.test, list: a}, {server: s1, site: z.test, list: a}]
plans: [{id: nil, name: Nothing, monthly_price: "0", usage: [{method: messages, overage: {per: 1000, price: "1"}}]}]
customers:
  - {company: Free, email: a@free.test, payment_method: free, start: 2026-01-01,
     groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: f.test, list: a}]}]}
  - {company: Zero, email: a@zero.test, start: 2026-01-01,
     groups: [{name: Main, plans: [{plan: nil}], objects: [{server: s1, site: z.test, list: a}]}]}
`
	for _, test := range []struct {
		name, settings string
		free, zero     int
	}{
		{"as it is", "{}", 0, 1},
		{"no zero bills", "{mail_zero_bills: false}", 0, 0},
		{"free bills too", "{mail_free_bills: true}", 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, func(h *house) { zeroAndFree(h, three+"settings: "+test.settings+"\n", test.free, test.zero) })
		})
	}
}

func zeroAndFree(h *house, file string, free, zero int) {
	h.take(file)
	h.run(september)
	r := h.send()
	want(h, "sent", r.Sent, 2)
	want(h, "not mailed", r.NotMailed, int64(2-free-zero))
	want(h, "mails to the free customer", h.got("a@free.test"), free)
	want(h, "mails to the one with nothing to pay", h.got("a@zero.test"), zero)
	want(h, "statuses", h.statuses(), "Free sent, Zero sent")
	h.auditBooks()
}

// TestASentBillNeverChangesItsWords renames the company, the customer's contact and the plan after the bill was sent.
func TestASentBillNeverChangesItsWords(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test")
		h.run(september)
		h.send()
		id := h.bill("C1").ID
		page := func() string {
			facts, err := insight.Facts(context.Background(), h.db, id)
			h.must(err)
			var b strings.Builder
			h.must(document.Text(&b, statement.Compose(facts)))
			return b.String()
		}
		before := page()
		h.take(strings.NewReplacer("Exämple Lists", "New Owner", "1 Mail Street", "2 Mail Street", "name: Standard", "name: Superb",
			"payment_terms_days: 14", "payment_terms_days: 30").Replace(provider))
		h.take(strings.Replace(customersFile("b@c1.test"), "    start:", "    note: moved\n    contact: Somebody Else\n    start:", 1))
		want(h, "the bill", page(), before)
	})
}

// TestTheLogoGoesAlong looks for the picture in the mail, and that the page shows it.
func TestTheLogoGoesAlong(t *testing.T) {
	const logo = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
	each(t, func(h *house) {
		h.take(strings.Replace(provider, "company: {", "company: {logo: \""+logo+"\", ", 1))
		h.customers("a@c1.test")
		h.run(september)
		h.send()
		data := string(h.server.Mails()[0].Data)
		for _, part := range []string{"Content-Id: <logo>", "Content-Type: image/png", "cid:logo", strings.TrimPrefix(logo, "data:image/png;base64,")[:60]} {
			if !strings.Contains(data, part) {
				h.Errorf("the mail lacks %q:\n%s", part, data)
			}
		}
		facts, err := insight.Facts(context.Background(), h.db, h.bill("C1").ID)
		h.must(err)
		var page strings.Builder
		h.must(document.HTML(&page, statement.Compose(facts)))
		if !strings.Contains(page.String(), `src="`+logo+`"`) || !strings.Contains(page.String(), "img-src data:") {
			h.Errorf("the page does not show the logo:\n%s", page.String())
		}
	})
}

// TestATemplateThatFails keeps the mail, and mails the others.
func TestATemplateThatFails(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test", "a@c2.test")
		h.run(september)
		o := h.order()
		o.HTML = func(w io.Writer, s *statement.Statement, notice string) error {
			if s.Recipient.Name == "C1" {
				return errors.New("line 7: no such field")
			}
			return document.Mail(w, s, notice)
		}
		if _, err := deliver.Test(context.Background(), o, "me@lists.test"); err == nil || !strings.Contains(fault.MessageOf(err), "line 7") {
			h.Errorf("the test mailing says %v", err)
		}
		r, err := deliver.Send(context.Background(), o)
		h.must(err)
		want(h, "mails", r.Mails, deliver.Counts{Sent: 1, Waiting: 1})
		if !strings.Contains(r.Waiting[0].Detail, "line 7") {
			h.Errorf("it does not say why: %+v", r.Waiting)
		}
		want(h, "with the template mended", h.send().Mails, deliver.Counts{Sent: 1})
		h.audit()
	})
}

// TestAStoppedSendingIsTakenUpAgain stops after some mails, as a signal would.
func TestAStoppedSendingIsTakenUpAgain(t *testing.T) {
	each(t, func(h *house) {
		h.customers(many(30)...)
		h.run(september)
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		h.server.Taken = func(mailtest.Mail) {
			if len(h.server.Mails()) == 7 {
				stop()
			}
		}
		o := h.order()
		o.Connections = 2
		_, err := deliver.Send(ctx, o)
		if fault.KindOf(err) != fault.Canceled {
			h.Fatalf("got %v", err)
		}
		h.audit()
		if n := len(h.server.Mails()); n < 7 || n > 9 {
			h.Errorf("%d mails were sent after it was stopped at 7", n)
		}
		h.send()
		h.audit()
		want(h, "unconfirmed", len(storetest.Rows(h.TB, h.url, `SELECT 1 FROM delivery WHERE state <> 'sent'`)), 0)
		want(h, "mails in all", len(h.server.Mails()), 30)
	})
}

// TestABillTakenBackIsNotMailed voids a bill whose mail waits.
func TestABillTakenBackIsNotMailed(t *testing.T) {
	each(t, func(h *house) {
		h.customers(mailtest.Grey + "@c1.test")
		h.run(september)
		h.send()
		_, err := settle.Void(context.Background(), h.db, h.by(), h.bill("C1").ID, "a mistake")
		h.must(err)
		h.send()
		want(h, "mails", len(h.server.Mails()), 0)
		want(h, "status", h.bill("C1").Status, "void")
	})
}
