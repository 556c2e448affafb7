package store

import (
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
)

// SeedCustomer is a customer of a synthetic provider.
type SeedCustomer struct {
	ID                      int64
	Company, Contact, Email string
	Payment                 string
	Dates                   period.Period
	CardType, CardLast4     string
	CardExpiration          period.Month // 0 without a card
	Type, Telephone         string
	Salespeople             []string
	CreatedAt               int64 // UTC microseconds
}

// Customer adds an active customer. Its words are written by Flush.
func (s *Seeder) Customer(v *SeedCustomer) error {
	s.words.add(&customer.Customer{ID: v.ID, Company: v.Company, Contact: v.Contact, Email: v.Email, Phone: v.Telephone, Salespeople: v.Salespeople})
	salespeople, err := textsJSON(v.Salespeople)
	if err != nil {
		return err
	}
	return s.add("customer", v.ID, v.Company, v.Contact, v.Email, "[]", v.Telephone, v.Type, true, v.Payment,
		int64(v.Dates.Start), int64(v.Dates.End), salespeople, "", "", "", v.CardType, v.CardLast4,
		int64(v.CardExpiration), false, "{}", int64(1), v.CreatedAt)
}

// Group adds a billing group.
func (s *Seeder) Group(customer, id, position int64, name string) error {
	return s.add("billing_group", customer, id, position, name)
}

// AssignPlan gives a plan to a group.
func (s *Seeder) AssignPlan(customer, id, group, plan int64, dates period.Period) error {
	return s.add("plan_assignment", customer, id, group, int64(0), plan, int64(dates.Start), int64(dates.End), "")
}

// AssignCharge gives a charge to a group. amount is "" for the charge's own.
func (s *Seeder) AssignCharge(customer, id, group, position, charge int64, amount, quantity string, dates period.Period) error {
	return s.add("charge_assignment", customer, id, group, position, charge, amount, quantity,
		int64(dates.Start), int64(dates.End), "", false)
}

// AssignList gives a list to a group for good.
func (s *Seeder) AssignList(customer, id, group, position, server, list int64, free bool) error {
	delete(s.unassigned, list)
	return s.add("object_assignment", customer, id, group, position, server, "", list,
		int64(period.First), int64(period.Last), free, "")
}

// SeedLog is a log file that was read to its end.
type SeedLog struct {
	ID, Server      int64
	Head, Prefix    []byte
	Bytes           int64
	FirstAt, LastAt int64 // UTC microseconds
	Records         int64
	SeenAt          int64 // UTC microseconds
}

// Log adds a log of the billing template, all of whose lines were counted.
func (s *Seeder) Log(v *SeedLog) error {
	return s.add("generation", v.ID, v.Server, "mailman3", v.Head, v.Bytes, v.Prefix, []byte{}, v.FirstAt, v.LastAt,
		v.Records, v.Records, int64(0), int64(0), int64(0), "", v.SeenAt)
}

// SeedRecord is one delivery.
type SeedRecord struct {
	List, At, Log, Position, Recipients, Bytes, LineHash int64
}

// Record adds a delivery that was metered and is charged. Its sums are added apart, by Sum and Month.
func (s *Seeder) Record(v *SeedRecord) error {
	return s.add("usage_record", v.List, v.At, v.Log, v.Position, "listserver", true, v.Recipients, v.Bytes, v.LineHash)
}

// SeedSum is what a list sent on a day in a size class, or in a month.
type SeedSum struct {
	List                                 int64
	Day                                  period.Date
	KB                                   int64
	Messages, Recipients, RecipientBytes int64
}

// Sum adds a day sum.
func (s *Seeder) Sum(v *SeedSum) error {
	return s.add("usage_sum", v.List, int64(v.Day), "listserver", true, v.KB, v.Messages, v.Recipients, v.RecipientBytes)
}

// Month adds a month total.
func (s *Seeder) Month(month period.Month, revision int64, v *SeedSum) error {
	return s.add("usage_month", v.List, int64(month), v.Messages, v.Recipients, v.RecipientBytes, revision)
}

// Members adds a reading of a list's members.
func (s *Seeder) Members(list int64, day period.Date, members int64) error {
	return s.add("member_reading", list, int64(day), members)
}

// Add adds another sum's counts.
func (v *SeedSum) Add(o *SeedSum) {
	v.Messages += o.Messages
	v.Recipients += o.Recipients
	v.RecipientBytes += o.RecipientBytes
}
