// Package deliver brings bills to customers: it tests drafts, makes them final, and mails them.
//
// Sending has two halves. First drafts become final, a batch in one transaction: number, dates, words, ledger, and a
// row in the outbox for each address. Then the outbox is worked off over several connections. Each mail is in the
// state sending, committed, before the mail server hears of it, and what became of it is committed after. So a process
// may be killed anywhere: a mail was sent, or is queued, or is unconfirmed, and is never mailed twice by itself.
//
// It writes bill, bill_words, delivery and, through the store's booking of invoices, the ledger. Errors are the store's
// and the mail transport's faults; what was done before one is kept, and sending again goes on from there.
package deliver
