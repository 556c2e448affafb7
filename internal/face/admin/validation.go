package admin

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/validation"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// codeWords are the codes of validation as people read them, and the field of the customer's form that mends each, or "".
var codeWords = []struct {
	Code        validation.Code
	Label, Mend string
}{
	{validation.NoGroup, "No billing group", mendGroup}, {validation.NoPlan, "No hosting plan", mendGroup}, {validation.NoObject, "No list, site or server", mendGroup},
	{validation.EmailMissing, "Email address missing", "email"}, {validation.EmailMalformed, "Email address malformed", "email"},
	{validation.NoInvoiceTemplate, "No such invoice template", "invoice_template"}, {validation.NoWebTemplate, "No such web template", "web_template"},
	{validation.CardInvalid, "Card invalid", "card.number"}, {validation.CardExpired, "Card expired", "card.expiration"},
	{validation.CardMissing, "Card missing", "card.number"}, {validation.CardExpiring, "Card expires soon", "card.expiration"},
	{validation.EndsBeforeStart, "Ends before it starts", mendGroup}, {validation.EndedBeforePeriod, "Ended before the period", "active"},
	{validation.EndedButActive, "Ended, and still active", "active"}, {validation.PlansOverlap, "Plans overlap", mendGroup},
	{validation.AssignedTwice, "Assigned twice", mendGroup}, {validation.CannotRate, "Cannot be rated", mendGroup},
	{validation.InactiveWithLists, "Inactive with lists", mendGroup}, {validation.ListGone, "List gone from its server", mendGroup},
	{validation.LimitExceeded, "Over a limit", mendGroup}, {validation.LimitNear, "Near a limit", mendGroup},
	{validation.UsageWithoutPlan, "Usage without a plan", mendGroup}, {validation.UsageAfterEnd, "Usage after the end", "end"},
	{validation.DaysUnbilled, "Days not billed", ""}, {validation.ServerStale, "Server not synced lately", mendServer},
	{validation.AssignmentOutsideDates, "Assignment outside the dates", mendGroup},
}

// Where problems are mended that are none of a field.
const (
	mendGroup  = "group"
	mendServer = "server"
)

// validationPage is the page of Validate All Customers.
type validationPage struct {
	*insight.Validation
	Form  *web.Form // that begins one
	When  string
	Table *web.Table
}

func validateSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Validate All Customers", Undone: "Nothing was validated.", Brief: true, Fields: []web.Field{
		{Name: "start", Label: "Start of the period", Kind: web.Date},
		{Name: "end", Label: "End of the period", Kind: web.Date},
	}}
}

func validationList() *web.ListSpec {
	spec := &web.ListSpec{Path: "/validation", Sorts: []string{"company"}, Onwards: true, Filters: []web.Filter{
		{Name: "severity", Label: "Severity", Options: []web.Option{{Value: string(validation.Error), Label: "Errors"}, {Value: string(validation.Warning), Label: "Warnings"}}},
		{Name: "code", Label: "Problem"},
	}}
	for _, w := range codeWords {
		spec.Filters[1].Options = append(spec.Filters[1].Options, web.Option{Value: string(w.Code), Label: w.Label})
	}
	return spec
}

// validation shows what the last validation of all customers found.
func (s *site) validation(c *web.Context) error { return s.validationView(c, http.StatusOK, nil) }

func (s *site) validationView(c *web.Context, status int, f *web.Form) error {
	l := web.ReadList(c, validationList())
	v, err := insight.ReadValidation(c.Ctx(), s.DB, store.ValidationFilter{Severity: l.Values["severity"], Code: l.Values["code"], After: number(l.After)}, c.Now)
	if err != nil {
		return err
	}
	p := validationPage{Validation: v, Form: f}
	if f == nil && c.May(web.Clerk) {
		p.Form = web.NewForm(validateSpec(), "/validation", "", nil)
		p.Form.Values.Set("start", v.Proposed.Start.String())
		p.Form.Values.Set("end", v.Proposed.End.String())
	}
	if v.Done {
		p.When = c.Instant(v.FinishedAt)
		p.Table = validationTable(c, l, v)
	}
	return c.RenderStatus(status, web.Page{
		Title: "Validate All Customers", Crumbs: customerCrumbs, Wide: true,
		Lead: "Errors keep a customer out of the bill run; warnings do not.",
	}, customersValidationView(p))
}

func validationTable(c *web.Context, l *web.List, v *insight.Validation) *web.Table {
	t := &web.Table{
		Caption: "What was found", List: l,
		Columns: []web.Column{{Label: "Customer"}, {Label: "Severity"}, {Label: "Problem"}, {Label: "To fix it"}},
		Empty:   web.Empty{Text: "Nothing was found: every active customer can be billed."},
		Count:   web.Thousands(v.Errors) + " errors, " + web.Thousands(v.Warnings) + " warnings in all",
	}
	if v.Kept < v.Errors+v.Warnings {
		t.Count += ", of which the first " + web.Thousands(v.Kept) + " are listed"
	}
	if v.Next != 0 {
		t.Next = strconv.FormatInt(v.Next, 10)
	}
	if l.Narrowed() && v.Next == 0 && l.After == "" {
		t.Count = web.Thousands(int64(len(v.Findings))) + " of " + t.Count
	}
	for i := range v.Findings {
		f := &v.Findings[i]
		cells := []web.Cell{
			{Text: f.Company, Path: pathOf("/customers", f.CustomerID)}, {State: web.State(f.Severity)},
			{Text: codeLabel(f.Code), Note: sentenceOf(f.Message)}, {},
		}
		if path := mendPath(c, f, v.Groups[f.CustomerID]); path != "" && c.May(web.Clerk) {
			cells[3].Part = editLink(path, f.Company)
		}
		t.Rows = append(t.Rows, web.Row{ID: f.Position, Name: f.Company, Cells: cells})
	}
	return t
}

func codeLabel(code string) string {
	for _, w := range codeWords {
		if string(w.Code) == code {
			return w.Label
		}
	}
	return code
}

// placesSaid are places of fields as messages have them, as people read them. That of a problem with one field says nothing more.
var placesSaid = []struct {
	place *regexp.Regexp
	said  string
}{
	{regexp.MustCompile(`^email: `), ""}, {regexp.MustCompile(`^card\.expiration: `), "the expiration "}, {regexp.MustCompile(`^card\.\w+: `), ""},
	{regexp.MustCompile(`^additional_addresses\[\d+\]: `), "additional address: "},
}

// sentenceOf makes a sentence of a message. What begins with a list's place, such as lists1/acme.test/news, keeps it as it is.
func sentenceOf(message string) string {
	if message == "" {
		return ""
	}
	for _, p := range placesSaid {
		message = p.place.ReplaceAllLiteralString(message, p.said)
	}
	if word, _, _ := strings.Cut(message, " "); !strings.Contains(word, "/") {
		message = capital(message)
	}
	if strings.HasSuffix(message, ".") {
		return message
	}
	return message + "."
}

// mendPath is the form, and the field in it, that mends a problem.
func mendPath(c *web.Context, f *store.ValidationFinding, groups []store.GroupCount) string {
	base := pathOf("/customers", f.CustomerID)
	at := slices.IndexFunc(codeWords, func(w struct {
		Code        validation.Code
		Label, Mend string
	}) bool {
		return string(w.Code) == f.Code
	})
	if at < 0 {
		return base
	}
	mend := codeWords[at].Mend
	switch {
	case f.Code == string(validation.NoGroup):
		return base + "/groups/new"
	case strings.HasPrefix(f.Message, "additional_addresses"):
		mend = "additional_addresses"
	case f.Code == string(validation.EndsBeforeStart) && strings.HasPrefix(f.Message, "the customer"):
		mend = "end"
	case mend == mendServer:
		return existingPath(c, "/servers", base)
	case mend == "":
		return existingPath(c, "/bill", base)
	}
	if mend != mendGroup {
		return base + "/edit#f-" + mend
	}
	for _, g := range groups {
		if len(groups) == 1 || strings.HasPrefix(f.Message, "group "+g.Name) {
			return pathOf(base+"/groups", g.ID)
		}
	}
	return base + "/groups"
}

func existingPath(c *web.Context, path, other string) string {
	if c.Exists(path) {
		return path
	}
	return other
}

// validate begins a validation of all customers in the background.
func (s *site) validate(c *web.Context) error {
	f, err := web.ReadForm(c, validateSpec(), "")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return s.validationView(c, status, f) },
		Do: func() (string, string, error) {
			order := billrun.ValidateJob{Start: f.Get("start"), End: f.Get("end")}
			if err := checkDays(f); err != nil {
				return "", "", err
			}
			if _, err := order.Period(); err != nil {
				return "", "", err
			}
			id, _, err := office.Enqueue(c.Ctx(), s.DB, c.By(), store.NewJob{Kind: billrun.ValidateKind, Key: billrun.ValidateKind, Payload: order})
			return pathOf("/jobs", id), "All customers are being validated.", err
		},
	})
}

// validateJob is how jobs of validating are shown.
func validateJob() jobKind {
	return jobKind{
		Label: "Validate All Customers", Up: web.Crumb{Label: "Validate All Customers", Path: "/validation"}, Unit: "customers",
		Next: func(*store.Job) *web.Action {
			return &web.Action{Label: "See what was found", Path: "/validation", Right: web.Viewer}
		},
	}
}
