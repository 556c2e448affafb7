package deliver_test

import (
	"context"
	"fmt"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store/storetest"
)

// audit compares what the database says with what the mail server has in its hands.
func (h *house) audit() {
	h.Helper()
	byID := map[string]int{}
	for _, m := range h.server.Mails() {
		byID[m.ID]++
	}
	for id, n := range byID {
		if n > 1 {
			h.Errorf("the mail %s was sent %d times", id, n)
		}
	}
	known := map[string]bool{}
	for _, row := range storetest.Rows(h.TB, h.url, `SELECT message_id, state, bill_id, address FROM delivery`) {
		column := strings.Split(row, "|")
		id, state := column[0], column[1]
		known[id] = true
		switch {
		case state == "sent" && byID[id] != 1:
			h.Errorf("%s says sent, and the mail server has it %d times", row, byID[id])
		case state != "sent" && state != "unconfirmed" && byID[id] != 0:
			h.Errorf("%s, and the mail server has it", row)
		}
	}
	for id := range byID {
		if !known[id] {
			h.Errorf("the mail server has %s, which nobody knows", id)
		}
	}
	h.auditBooks()
}

// auditBooks looks for gaps and repeats in numbers, and at the ledger.
func (h *house) auditBooks() {
	h.Helper()
	years := map[string]int{}
	for _, number := range storetest.Rows(h.TB, h.url, `SELECT number FROM bill WHERE state <> 'draft' ORDER BY number`) {
		year, _, _ := strings.Cut(strings.TrimPrefix(number, "INV-"), "-")
		years[year]++
		if want := fmt.Sprintf("INV-%s-%05d", year, years[year]); number != want {
			h.Errorf("number %s, want %s", number, want)
		}
	}
	for what, query := range map[string]string{
		"bills that the ledger does not know": `SELECT b.id FROM bill b WHERE b.state <> 'draft' AND NOT EXISTS (
			SELECT 1 FROM ledger_entry e WHERE e.customer_id = b.customer_id AND e.bill_id = b.id AND e.kind = 'invoice' AND e.amount = b.total)`,
		"bills booked twice": `SELECT bill_id FROM ledger_entry WHERE kind = 'invoice' GROUP BY bill_id HAVING count(*) > 1`,
		"final bills without words": `SELECT b.id FROM bill b WHERE b.state <> 'draft' AND NOT EXISTS (
			SELECT 1 FROM bill_words w WHERE w.bill_id = b.id)`,
		"drafts with mails":   `SELECT d.bill_id FROM delivery d JOIN bill b ON b.id = d.bill_id WHERE b.state = 'draft'`,
		"mails left reserved": `SELECT bill_id FROM delivery WHERE sender <> ''`,
	} {
		if rows := storetest.Rows(h.TB, h.url, query); len(rows) > 0 {
			h.Errorf("%s: %v", what, rows)
		}
	}
}

// nowhere is a mail server that does not run.
type nowhere struct{}

func (nowhere) Open(context.Context) (mail.Connection, error) {
	return nil, fault.New(fault.Unavailable, "it does not run")
}
func (nowhere) String() string { return "nowhere" }
