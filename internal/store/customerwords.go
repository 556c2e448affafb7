package store

import "postmeter/internal/domain/customer"

// saveWords stores the words by which customers are found. Those of changed customers are replaced.
func (tx *Tx) saveWords(customers []*customer.Customer, changed bool) error {
	if changed {
		for _, c := range customers {
			if err := tx.Exec(`DELETE FROM customer_word WHERE customer_id = $1`, c.ID); err != nil {
				return err
			}
		}
	}
	bulk := tx.Bulk("customer_word", "", "word", "customer_id")
	for _, c := range customers {
		for _, word := range c.SearchWords() {
			if err := bulk.Add(word, c.ID); err != nil {
				return err
			}
		}
	}
	return bulk.Flush()
}

// prefixEnd is the first text after all that begin with a word.
func prefixEnd(word string) string { return word + "\U0010ffff" }
