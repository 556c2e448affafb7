package store

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/customer"
)

// saveWords stores the words by which customers are found. Those of changed customers are replaced.
func (tx *Tx) saveWords(customers []*customer.Customer, changed bool) error {
	if changed {
		for _, c := range customers {
			if err := tx.Exec(`DELETE FROM customer_word WHERE customer_id = $1`, c.ID); err != nil {
				return err
			}
		}
	}
	words := wordLoad{}
	for _, c := range customers {
		words.add(c)
	}
	return words.store(tx)
}

// wordLoad are words to be stored.
type wordLoad []wordOf

type wordOf struct {
	word, company string
	id, initials  int64
}

func (w *wordLoad) add(c *customer.Customer) {
	words := c.SearchWords()
	initials := customer.Initials(words)
	for _, word := range append(words, c.SalespersonWords()...) {
		*w = append(*w, wordOf{word, c.Company, c.ID, initials})
	}
}

// store writes the words in the order of their key: that is the fastest one.
func (w wordLoad) store(tx *Tx) error {
	slices.SortFunc(w, func(a, b wordOf) int { return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.company, b.company)) })
	bulk := tx.Bulk("customer_word", "", "word", "company", "customer_id", "initials")
	for _, v := range w {
		if err := bulk.Add(v.word, v.company, v.id, v.initials); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// wordsBackfill names the row that says up to where customers have all their words.
const wordsBackfill = "customer_word"

// WordsLacking says whether there are customers, stored by an earlier program, that cannot be found by all their words yet, and
// how many may be left of them, at most most.
func (s *Snapshot) WordsLacking(most int64) (left int64, lacking bool, err error) {
	var after int64
	if lacking, err = s.one(`SELECT after_id FROM backfill WHERE name = $1`, []any{wordsBackfill}, &after); err != nil || !lacking {
		return 0, false, err
	}
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM customer WHERE id > $1 LIMIT $2) AS counted`, []any{after, most}, &left)
	return left, true, err
}

// FillWords stores the words of the next customers that may lack some, at most limit, and notes how far it is. more says
// whether others are left.
func (tx *Tx) FillWords(limit int) (done int, more bool, err error) {
	var after int64
	if found, err := tx.one(`SELECT after_id FROM backfill WHERE name = $1`+tx.forUpdate(), []any{wordsBackfill}, &after); err != nil || !found {
		return 0, false, err
	}
	var customers []*customer.Customer
	// Who is locked is not changed meanwhile, so that no words of before are stored after those of a change.
	for row, err := range tx.rows(customerColumns+` WHERE id > $1 ORDER BY id LIMIT $2`+tx.forUpdate(), after, int64(limit)) {
		if err != nil {
			return 0, false, err
		}
		c, err := scanCustomer(row)
		if err != nil {
			return 0, false, err
		}
		customers = append(customers, &c)
	}
	if err := tx.saveWords(customers, true); err != nil {
		return 0, false, err
	}
	if len(customers) < limit { // who comes later brings all words
		return len(customers), false, tx.Exec(`DELETE FROM backfill WHERE name = $1`, wordsBackfill)
	}
	return len(customers), true, tx.Exec(`UPDATE backfill SET after_id = $2 WHERE name = $1`, wordsBackfill, customers[len(customers)-1].ID)
}

// prefixEnd is the first text after all that begin with a word.
func prefixEnd(word string) string { return word + "\U0010ffff" }
