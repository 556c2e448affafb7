package settings

import (
	"encoding/json"
	"maps"
	"strconv"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

// value is one setting as it is stored: a name and a text.
type value struct {
	name  string
	bills bool // a change of it changes bills
	get   func(*Settings) string
	set   func(*Settings, string) error
}

// logoName is the setting that is a picture.
const logoName = "company.logo"

// values lists every setting, in the order in which people read them.
var values = []value{
	text("company.name", true, func(s *Settings) *string { return &s.Company.Name }),
	text("company.address", true, func(s *Settings) *string { return &s.Company.Address }),
	text("company.tax_number", true, func(s *Settings) *string { return &s.Company.TaxNumber }),
	text(logoName, false, func(s *Settings) *string { return &s.Company.Logo }),
	{"currency", true, func(s *Settings) string { return s.Currency.Code() }, setCurrency},
	text("time_zone", true, func(s *Settings) *string { return &s.TimeZone }),
	text("billing_admin_name", false, func(s *Settings) *string { return &s.BillingAdminName }),
	text("billing_admin_email", true, func(s *Settings) *string { return &s.BillingAdminEmail }),
	text("test_email", false, func(s *Settings) *string { return &s.TestEmail }),
	text("bounce_email", false, func(s *Settings) *string { return &s.BounceEmail }),
	text("error_email", false, func(s *Settings) *string { return &s.ErrorEmail }),
	{"customer_types", false, getTypes, setTypes},
	text("invoice_number_format", false, func(s *Settings) *string { return &s.InvoiceNumberFormat }),
	text("credit_note_number_format", false, func(s *Settings) *string { return &s.CreditNoteNumberFormat }),
	number("payment_terms_days", true, func(s *Settings) *int64 { return &s.PaymentTermsDays }),
	flag("mail_zero_bills", func(s *Settings) *bool { return &s.MailZeroBills }),
	flag("mail_free_bills", func(s *Settings) *bool { return &s.MailFreeBills }),
	text("smtp.host", false, func(s *Settings) *string { return &s.SMTP.Host }),
	number("smtp.port", false, func(s *Settings) *int64 { return &s.SMTP.Port }),
	text("smtp.user", false, func(s *Settings) *string { return &s.SMTP.User }),
	text("smtp.security", false, func(s *Settings) *string { return &s.SMTP.Security }),
}

// Values returns every setting as name and text, in order. A currency that nobody chose is left out.
func (s *Settings) Values() (names, texts []string) {
	for _, v := range values {
		if v.name != "currency" || s.CurrencyChosen {
			names, texts = append(names, v.name), append(texts, v.get(s))
		}
	}
	return names, texts
}

// Put sets one setting from its stored text. A name that is not a setting is left alone and reported as false.
func (s *Settings) Put(name, stored string) (known bool, err error) {
	for _, v := range values {
		if v.name == name {
			return true, v.set(s, stored)
		}
	}
	return false, nil
}

// ChangesBills says whether a change of the named setting changes bills that are drafts.
func ChangesBills(name string) bool {
	for _, v := range values {
		if v.name == name {
			return v.bills
		}
	}
	return false
}

func text(name string, bills bool, field func(*Settings) *string) value {
	return value{name, bills,
		func(s *Settings) string { return *field(s) },
		func(s *Settings, stored string) error { *field(s) = stored; return nil }}
}

func number(name string, bills bool, field func(*Settings) *int64) value {
	return value{name, bills,
		func(s *Settings) string { return strconv.FormatInt(*field(s), 10) },
		func(s *Settings, stored string) (err error) {
			*field(s), err = strconv.ParseInt(stored, 10, 64)
			return damaged(name, err)
		}}
}

func flag(name string, field func(*Settings) *bool) value {
	return value{name, false,
		func(s *Settings) string { return strconv.FormatBool(*field(s)) },
		func(s *Settings, stored string) (err error) {
			*field(s), err = strconv.ParseBool(stored)
			return damaged(name, err)
		}}
}

func setCurrency(s *Settings, stored string) (err error) {
	s.Currency, err = money.ParseCurrency(stored)
	s.CurrencyChosen = err == nil
	return damaged("currency", err)
}

func getTypes(s *Settings) string {
	if len(s.CustomerTypes) == 0 {
		return "[]"
	}
	text, err := json.Marshal(s.CustomerTypes)
	if err != nil {
		return "[]" // texts can always be written
	}
	return string(text)
}

func setTypes(s *Settings, stored string) error {
	s.CustomerTypes = nil
	return damaged("customer_types", json.Unmarshal([]byte(stored), &s.CustomerTypes))
}

// damaged says that a stored setting cannot be read: somebody else wrote it.
func damaged(name string, err error) error {
	return fault.Wrap(fault.Internal, err, "the stored setting %s cannot be read: import it again", name)
}

// Changes returns the settings that differ, by name, as they are in s and in to. A currency chosen for the first
// time has no before.
func (s *Settings) Changes(to Settings) (before, after map[string]string) {
	before, after = map[string]string{}, map[string]string{}
	for _, v := range values {
		was, is := v.get(s), v.get(&to)
		first := v.name == "currency" && !s.CurrencyChosen && to.CurrencyChosen
		if was == is && !first || v.name == "currency" && !to.CurrencyChosen {
			continue
		}
		if !first {
			before[v.name] = was
		}
		after[v.name] = is
	}
	return before, after
}

// History returns changes as the history keeps them: of a picture what kind and size it has.
func History(changes map[string]string) map[string]string {
	kept := maps.Clone(changes)
	if logo, ok := kept[logoName]; ok {
		kept[logoName] = inHistory(logo)
	}
	return kept
}
