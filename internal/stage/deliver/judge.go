package deliver

import (
	"slices"
	"time"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// Reasons why a bill is not sent.
const (
	ReasonStale         = "stale"          // what it was made from has changed since
	ReasonNotDraft      = "not_draft"      // it was sent already, or taken back
	ReasonMadeLater     = "made_later"     // than the clock says it is
	ReasonAlreadyBilled = "already_billed" // a final bill has a day of it
	ReasonNoAddress     = "email_missing"
)

var reasonTexts = map[string]string{
	ReasonStale:         "what it was made from has changed since: run the bills of its period again",
	ReasonNotDraft:      "it is no draft: it was sent already, or taken back",
	ReasonMadeLater:     "it was made on a later day than the clock says it is: set the clock, or run the bills again",
	ReasonAlreadyBilled: "a sent bill has a day of it already: run the bills again",
	ReasonNoAddress:     "its customer has no email address",
}

// Skipped is a bill that is not sent.
type Skipped struct {
	Bill     int64  `json:"bill"`
	Customer string `json:"customer"`
	Reason   string `json:"reason"`
	Message  string `json:"message"`
}

// judge says which drafts may be sent, and to whom.
type judge struct {
	set               settings.Settings
	zone              *time.Location
	today             period.Date
	settings, catalog int64 // the current revisions
}

func newJudge(s *store.Snapshot, at time.Time) (*judge, error) {
	set, err := s.Settings()
	if err != nil {
		return nil, err
	}
	j := &judge{set: set}
	if j.zone, err = set.Location(); err != nil {
		return nil, err
	}
	j.today = period.DateOf(at, j.zone)
	j.settings, j.catalog, _, err = s.Revisions()
	return j, err
}

// ready is a draft that may be sent.
type ready struct {
	bill      *store.BillRow
	addresses []string // to be mailed; none: the settings say so
	notMailed string   // why not
}

// sort tells the bills that may be sent from the others. Of two drafts of a customer only the first may: the second
// was made before the first changed what the customer owes.
func (j *judge) sort(s *store.Snapshot, rows []store.BillRow) (fit []ready, skipped []Skipped, err error) {
	ids, companies := make([]int64, len(rows)), make([]string, len(rows))
	for i := range rows {
		ids[i], companies[i] = rows[i].ID, rows[i].Company
	}
	used, err := s.StaleUsage(rows)
	if err != nil {
		return nil, nil, err
	}
	billed, err := s.AlreadyBilled(ids)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.CustomersByCompany(companies)
	if err != nil {
		return nil, nil, err
	}
	customers := make(map[int64]*customer.Customer, len(found))
	for i := range found {
		customers[found[i].ID] = &found[i]
	}
	seen := map[int64]bool{}
	for i := range rows {
		b := &rows[i]
		r := ready{bill: b}
		reason := j.against(b, used[b.ID], billed[b.ID])
		if reason == "" && seen[b.CustomerID] {
			reason = ReasonStale
		}
		if reason == "" {
			reason = j.address(&r, customers[b.CustomerID])
		}
		if reason != "" {
			skipped = append(skipped, Skipped{b.ID, b.Company, reason, reasonTexts[reason]})
			continue
		}
		seen[b.CustomerID] = true
		fit = append(fit, r)
	}
	return fit, skipped, nil
}

// against returns the reason against sending a bill, if there is one.
func (j *judge) against(b *store.BillRow, newUsage, billed bool) string {
	switch {
	case b.Axes.State != invoice.Draft:
		return ReasonNotDraft
	case billed:
		return ReasonAlreadyBilled
	case newUsage || b.CustomerRevision != b.CustomerRevisionNow || b.CatalogRevision != j.catalog || b.SettingsRevision != j.settings:
		return ReasonStale
	case period.DateOf(time.UnixMicro(b.MadeAt), j.zone) > j.today:
		return ReasonMadeLater
	}
	return ""
}

// address finds out to whom a bill is mailed, if the settings let it be.
func (j *judge) address(r *ready, c *customer.Customer) string {
	switch {
	case c == nil:
		return ReasonNoAddress
	case c.PaymentMethod == customer.Free && !j.set.MailFreeBills:
		r.notMailed = "not mailed: the customer is free"
		return ""
	case c.PaymentMethod != customer.Free && r.bill.Axes.Total == 0 && !j.set.MailZeroBills:
		r.notMailed = "not mailed: the total is 0"
		return ""
	}
	r.addresses = addressesOf(c)
	if len(r.addresses) == 0 {
		return ReasonNoAddress
	}
	return ""
}

// addressesOf returns the addresses that receive a customer's invoices, each once.
func addressesOf(c *customer.Customer) (addresses []string) {
	for _, a := range append([]string{c.Email}, c.AdditionalAddresses...) {
		if a != "" && !slices.Contains(addresses, a) {
			addresses = append(addresses, a)
		}
	}
	return addresses
}

// due is the day on which a bill is to be paid.
func (j *judge) due() period.Date { return j.today + period.Date(j.set.PaymentTermsDays) }
