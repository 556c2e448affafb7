package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"iter"

	"postmeter/internal/domain/customer"
)

const customerColumns = `SELECT id, company, contact, email, additional_addresses, phone, type, active, payment_method, start_day, end_day,
	salespeople, note, invoice_template, web_template, card_type, card_last4, card_expiration, house, information, revision FROM customer `

// CustomersByCompany returns the customers with the company names, in no order.
func (s *Snapshot) CustomersByCompany(companies []string) ([]customer.Customer, error) {
	return scanCustomers(rowsIn(s, customerColumns+`WHERE company `+in, companies))
}

// CustomersByID returns the customers with the ids, in no order.
func (s *Snapshot) CustomersByID(ids []int64) ([]customer.Customer, error) {
	return scanCustomers(rowsIn(s, customerColumns+`WHERE id `+in, ids))
}

// CustomersAfter returns up to limit customers whose company comes after a name, by company.
func (s *Snapshot) CustomersAfter(company string, limit int) ([]customer.Customer, error) {
	return scanCustomers(s.rows(customerColumns+`WHERE company > $1 ORDER BY company LIMIT $2`, company, limit))
}

func scanCustomers(rows iter.Seq2[*sql.Rows, error]) ([]customer.Customer, error) {
	var out []customer.Customer
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		c, err := scanCustomer(row)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func scanCustomer(row *sql.Rows) (customer.Customer, error) {
	var c customer.Customer
	var addresses, salespeople, information string
	err := row.Scan(&c.ID, &c.Company, &c.Contact, &c.Email, &addresses, &c.Phone, &c.Type, &c.Active, &c.PaymentMethod,
		&c.Dates.Start, &c.Dates.End, &salespeople, &c.Note, &c.InvoiceTemplate, &c.WebTemplate,
		&c.Card.Type, &c.Card.Last4, &c.Card.Expiration, &c.House, &information, &c.Revision)
	if err != nil {
		return c, err
	}
	if c.AdditionalAddresses, err = textsFrom(addresses); err != nil {
		return c, err
	}
	if c.Salespeople, err = textsFrom(salespeople); err != nil {
		return c, err
	}
	c.Information, err = fieldsFrom(information)
	return c, err
}

// customerRow is a customer as a row, without id, revision and created_at.
func customerRow(c *customer.Customer) ([]any, error) {
	addresses, err := textsJSON(c.AdditionalAddresses)
	if err != nil {
		return nil, err
	}
	salespeople, err := textsJSON(c.Salespeople)
	if err != nil {
		return nil, err
	}
	information, err := fieldsJSON(c.Information)
	return []any{c.Company, c.Contact, c.Email, addresses, c.Phone, c.Type, c.Active, c.PaymentMethod,
		int64(c.Dates.Start), int64(c.Dates.End), salespeople, c.Note, c.InvoiceTemplate, c.WebTemplate,
		c.Card.Type, c.Card.Last4, int64(c.Card.Expiration), c.House, information}, err
}

// InsertCustomers stores new customers, sets their ids, and their revision to 1.
func (tx *Tx) InsertCustomers(customers []*customer.Customer) error {
	if len(customers) == 0 {
		return nil
	}
	id, err := tx.NewIDs("customer", len(customers))
	if err != nil {
		return err
	}
	bulk := tx.Bulk("customer", "", "company", "contact", "email", "additional_addresses", "phone", "type", "active",
		"payment_method", "start_day", "end_day", "salespeople", "note", "invoice_template", "web_template", "card_type",
		"card_last4", "card_expiration", "house", "information", "id", "revision", "created_at")
	for i, c := range customers {
		c.ID, c.Revision = id+int64(i), 1
		tx.changed(c.ID)
		row, err := customerRow(c)
		if err != nil {
			return err
		}
		if err := bulk.Add(append(row, c.ID, c.Revision, tx.by.At.UnixMicro())...); err != nil {
			return err
		}
	}
	if err := bulk.Flush(); err != nil {
		return err
	}
	return tx.saveWords(customers, false)
}

// UpdateCustomer stores a changed customer. It does not raise the revision: BumpCustomer does.
func (tx *Tx) UpdateCustomer(c *customer.Customer) error {
	row, err := customerRow(c)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE customer SET company = $1, contact = $2, email = $3, additional_addresses = $4, phone = $5, type = $6,
		active = $7, payment_method = $8, start_day = $9, end_day = $10, salespeople = $11, note = $12, invoice_template = $13,
		web_template = $14, card_type = $15, card_last4 = $16, card_expiration = $17, house = $18, information = $19
		WHERE id = $20`, append(row, c.ID)...)
	if err != nil {
		return err
	}
	return tx.saveWords([]*customer.Customer{c}, true)
}

// BumpCustomer raises the revision of a customer whose contracts changed: its drafts are stale from now on, and its
// final bills are looked at again by the next run.
func (tx *Tx) BumpCustomer(id int64) error {
	tx.changed(id)
	return tx.Exec(`UPDATE customer SET revision = revision + 1, contract_revision = revision + 1 WHERE id = $1`, id)
}

// BumpMoney raises the revision of a customer whose credit or bills changed: its drafts are stale from now on.
func (tx *Tx) BumpMoney(id int64) error {
	return tx.Exec(`UPDATE customer SET revision = revision + 1 WHERE id = $1`, id)
}

// fieldsJSON writes named fields as a JSON object, in order.
func fieldsJSON(fields []customer.Field) (string, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := toJSON(f.Name)
		if err != nil {
			return "", err
		}
		value, err := toJSON(f.Value)
		if err != nil {
			return "", err
		}
		out.WriteString(name + ":" + value)
	}
	out.WriteByte('}')
	return out.String(), nil
}

// fieldsFrom reads what fieldsJSON wrote; no fields are nil.
func fieldsFrom(text string) ([]customer.Field, error) {
	if text == "{}" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var out []customer.Field
	for d.More() {
		var f customer.Field
		for _, into := range []*string{&f.Name, &f.Value} {
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			*into, _ = token.(string)
		}
		out = append(out, f)
	}
	return out, nil
}
