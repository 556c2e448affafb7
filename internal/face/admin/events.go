package admin

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/operator"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// event is one thing that happened, in words.
type event struct {
	When, Machine, Who, What string
	Path                     string // of what it is about, or ""
	Changes                  []eventChange
	Text                     string // of a note
}

// eventChange is a field with what it was and is.
type eventChange struct{ Label, Was, Now string }

// minute is how the pages write instants, as web.Context.Instant does.
const minute = "2006-01-02 15:04 MST"

// Limits of what an event shows.
const (
	itemsTold = 8   // assignments of one event
	textTold  = 300 // characters of a value
)

// teller puts what the history holds into words.
type teller struct {
	*insight.Timeline
	bill func(id int64) string // path of a bill

	entity string // of the row that is told: some fields have a label of their own there
}

// titles are what happened, by thing and action. What is not here is told by its names.
var titles = map[string]string{
	"customer/created": "Customer created", "customer/changed": "Customer changed", "customer/deleted": "Customer deleted",
	"customer/opening credit taken": "Opening credit taken",
	"billing_group/created":         "Billing group created", "billing_group/renamed": "Billing group renamed", "billing_group/removed": "Billing group removed",
	"billing_group/assigned": "Assigned", "plan_assignment/changed": "Hosting plan's assignment changed", "plan_assignment/removed": "Hosting plan removed",
	"charge_assignment/changed": "Additional charge's assignment changed", "charge_assignment/removed": "Additional charge removed",
	"object_assignment/changed": "List's assignment changed", "object_assignment/removed": "Assignment of a list removed",
	"bill/run": "Bill run", "bill/run again": "Bill run again", "bill/withdrawn": "Draft withdrawn", "bill/tested": "Bill tested",
	"bill/finished": "Invoice sent", "bill/void": "Invoice voided",
	"delivery/sent": "Mail delivered", "delivery/queued": "Mail queued", "delivery/replaced": "Mail went to another address", "delivery/sending": "Mail being sent", "delivery/bounced": "Mail bounced",
	"delivery/refused": "Mail refused", "delivery/unconfirmed": "Mail unconfirmed", "note/written": "Note",
	"validation/validated": "Validation found something else", "validation/run": "Bill run found something else",
	"ledger_entry/opening_credit": "Opening credit", "ledger_entry/invoice": "Invoice booked", "ledger_entry/carry_over": "Credit carried over",
	"ledger_entry/payment": "Payment recorded", "ledger_entry/credit": "Credit given", "ledger_entry/credit_note": "Credit note",
	"plan/created": "Hosting plan created", "plan/changed": "Hosting plan changed", "charge/created": "Additional charge created",
	"charge/changed": "Additional charge changed", "server/created": "Server created", "server/changed": "Server changed", "server/synced": "Synced",
	"server/lists gone": "Lists marked gone", "server/lists gone without asking": "Lists marked gone without asking the server",
	"server/list moved": "List moved or renamed", "server/sync not believed": "Answer not believed: nothing was synced",
	"server/secret entered":  "Password or token of the server entered",
	"server/members deleted": "Members deleted", "server/deletion of members asked": "Deletion of members asked for", "settings/changed": "Settings changed", "operator/created": "Operator created",
	"operator/changed": "Operator changed", "operator/password changed": "Password changed", "operator/second factor switched on": "Second factor switched on",
	"operator/second factor switched off": "Second factor switched off", "operator/recovery code used": "Recovery code used",
	"operator/signed out everywhere": "Signed out everywhere", "ledger_entry/write_off": "Written off", "ledger_entry/reversal": "Taken back",
}

// event tells one row of the history.
func (t teller) event(h *store.HistoryRow) event {
	t.entity = h.Entity
	at := time.UnixMicro(h.At)
	e := event{When: at.In(t.Zone).Format(minute), Machine: at.UTC().Format(time.RFC3339), Who: h.Actor}
	before, after := parsed(h.Before), parsed(h.After)
	if h.Entity == "settings" {
		unfold(before)
		unfold(after)
	}
	action := h.Action
	if h.Entity == "ledger_entry" {
		action = text(after, "kind")
	}
	if e.What = titles[h.Entity+"/"+action]; e.What == "" {
		e.What = capital(strings.ReplaceAll(h.Entity, "_", " ") + " " + strings.ReplaceAll(action, "_", " "))
	}
	switch h.Entity {
	case "bill", "delivery":
		e.Path = t.bill(h.EntityID)
		e.What = billTitle(e.What, t.Numbers[h.EntityID])
	case "ledger_entry":
		if bill := number(text(after, "bill")); bill != 0 {
			e.Path, e.What = t.bill(bill), billTitle(e.What, t.Numbers[bill])
		}
	case "validation":
		e.Changes = foundChanges(before, after)
		return e
	case "note":
		e.Text = text(after, "note")
		return e
	case "server":
		if strings.Contains(action, "members") {
			e.Changes = memberChanges(before, after)
			return e
		}
	}
	if after != nil && after.Kind == doc.Array {
		if group := t.Groups[h.EntityID]; group != "" {
			e.What = "Assigned to group " + group
		}
		e.Changes = append(e.Changes, eventChange{Label: web.Things(int64(len(after.Items)), 0, "assignment", "assignments"), Now: t.items(after)})
		return e
	}
	switch {
	case h.Entity == "plan" || h.Entity == "charge":
		e.Changes = t.catalogChanges(h.Entity, before, after)
	case h.Entity == "bill" || h.Entity == "delivery" || h.Entity == "ledger_entry":
		e.Changes = billChanges(h.Entity, action, before, after)
	case after == nil: // it is no more
		e.Changes = t.changes(nil, before)
	default:
		e.Changes = t.changes(before, after)
	}
	return e
}

// memberChanges names everybody who was to be taken off lists, who was, and who could not be.
func memberChanges(before, after *doc.Node) (out []eventChange) {
	for _, part := range []struct {
		label string
		of    *doc.Node
	}{{"Members", field(after, "members")}, {"Deleted", before}, {"Not deleted", field(after, "not_deleted")}} {
		if part.of == nil || len(part.of.Items) == 0 {
			continue
		}
		var names []string
		for i := range part.of.Items {
			names = append(names, part.of.Items[i].Text)
		}
		out = append(out, eventChange{Label: part.label, Now: strings.Join(names, "\n")})
	}
	return out
}

// foundChanges says which codes came and went.
func foundChanges(before, after *doc.Node) (out []eventChange) {
	was, is := codesIn(before), codesIn(after)
	tell := func(label string, codes []string, wanted func(code string) bool) {
		var labels []string
		for _, code := range codes {
			if wanted(code) {
				labels = append(labels, codeLabel(code))
			}
		}
		if len(labels) > 0 {
			out = append(out, eventChange{Label: label, Now: strings.Join(labels, ", ")})
		}
	}
	tell("Found", is, func(code string) bool { return !slices.Contains(was, code) })
	tell("No longer found", was, func(code string) bool { return !slices.Contains(is, code) })
	tell("Still found", is, func(code string) bool { return slices.Contains(was, code) })
	return append(out, eventChange{Label: "Period", Now: text(after, "period")})
}

func codesIn(n *doc.Node) (codes []string) {
	if list := field(n, "codes"); list != nil {
		for i := range list.Items {
			codes = append(codes, list.Items[i].Text)
		}
	}
	return codes
}

// unfold takes lists and objects out of texts: settings are kept as texts.
func unfold(n *doc.Node) {
	if n == nil {
		return
	}
	for i := range n.Fields {
		if v := &n.Fields[i].Value; strings.HasPrefix(v.Text, "[") || strings.HasPrefix(v.Text, "{") {
			if inner := parsed(v.Text); inner != nil {
				*v = *inner
			}
		}
	}
}

func parsed(text string) *doc.Node {
	if text == "" {
		return nil
	}
	n, err := doc.ParseJSON([]byte(text))
	if err != nil {
		return nil // told without its fields
	}
	return n
}

// changes compares two states field by field.
func (t teller) changes(before, after *doc.Node) (out []eventChange) {
	seen := map[string]bool{}
	add := func(name string) {
		if seen[name] || t.hides(name) {
			return
		}
		seen[name] = true
		was, now := t.value(name, field(before, name)), t.value(name, field(after, name))
		if was != now && (before != nil || now != yesNo(false)) {
			out = append(out, eventChange{t.label(name), was, now})
		}
	}
	for _, n := range []*doc.Node{before, after} {
		if n == nil {
			continue
		}
		for i := range n.Fields {
			add(n.Fields[i].Name)
		}
	}
	return out
}

// hiddenFields say nothing to people, or must not be shown should they ever stand there.
var hiddenFields = map[string]bool{"password": true, "token": true, "secret": true, "state": true, "bill": true, "kind": true, "message_id": true}

func field(n *doc.Node, name string) *doc.Node {
	if n == nil {
		return nil
	}
	return n.Lookup(name)
}

// value writes a value as people read it.
func (t teller) value(name string, n *doc.Node) string {
	if n == nil {
		return ""
	}
	switch n.Kind {
	case doc.Null:
		return ""
	case doc.Bool:
		return yesNo(n.Text == "true")
	case doc.Array:
		return t.items(n)
	case doc.Object:
		var parts []string
		for i := range n.Fields {
			if v := t.value(n.Fields[i].Name, &n.Fields[i].Value); v != "" && !t.hides(n.Fields[i].Name) {
				parts = append(parts, t.label(n.Fields[i].Name)+": "+v)
			}
		}
		return strings.Join(parts, ", ")
	}
	switch {
	case t.entity == "server":
		return serverValue(name, n)
	case t.entity == "operator" && name == "role":
		if role, err := operator.ParseRole(n.Text); err == nil {
			return role.Title()
		}
	}
	switch name {
	case "payment_method":
		return paymentWord(n.Text)
	case "plan":
		return orSame(t.Plans[n.Text], n.Text)
	case "charge":
		return orSame(t.Charges[n.Text], n.Text)
	case "amount":
		return t.amount(n.Text)
	case "credit", "total":
		return statement.Thousands(n.Text)
	}
	return shortened(n.Text)
}

// items writes a list: texts, or assignments.
func (t teller) items(n *doc.Node) string {
	var out []string
	for i := range n.Items {
		if i == itemsTold {
			out = append(out, "and "+statement.Thousands(doc.WholeNode(int64(len(n.Items)-itemsTold)).Text)+" more")
			break
		}
		out = append(out, t.item(&n.Items[i]))
	}
	separator := ", "
	if len(n.Items) > 0 && n.Items[0].Kind == doc.Object {
		separator = "\n"
	}
	return strings.Join(out, separator)
}

func (t teller) item(n *doc.Node) string {
	if n.Kind != doc.Object {
		return shortened(n.Text)
	}
	var what string
	switch {
	case n.Lookup("plan") != nil:
		what = t.value("plan", n.Lookup("plan"))
	case n.Lookup("charge") != nil:
		what = t.value("charge", n.Lookup("charge"))
	case n.Lookup("list") != nil:
		what = text(n, "list") + "@" + text(n, "site")
	case n.Lookup("site") != nil:
		what = "site " + text(n, "site")
	case n.Lookup("server") != nil:
		what = "server " + text(n, "server")
	default:
		return t.value("", n)
	}
	for _, name := range []string{"amount", "quantity", "start", "end", "free", "description"} {
		if v := t.value(name, n.Lookup(name)); v != "" {
			what += ", " + fieldLabel(name) + " " + v
		}
	}
	return what
}

// fieldLabels are the labels of fields, by their names in the history.
var fieldLabels = map[string]string{
	"contact": "Contact Name", "email": "Email Address", "additional_addresses": "Additional Addresses", "phone": "Phone Number", "active": "Is Active",
	"payment_method": "Payment Method", "invoice_template": "Invoice Template", "web_template": "Web Template", "card": "Credit Card", "type": "Type",
	"last4": "last four digits", "start": "Start Date", "end": "End Date", "house": "House account", "plan": "Hosting Plan", "charge": "Additional Charge",
	"plans": "Hosting Plans", "charges": "Additional Charges", "objects": "Lists", "groups": "Billing groups", "lines_added": "Lines added",
	"mail": "Mailed to", "to": "Mailed to", "credit_note": "Credit note",
}

func fieldLabel(name string) string {
	if l := fieldLabels[name]; l != "" {
		return l
	}
	return capital(strings.ReplaceAll(name, "_", " "))
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

func orSame(name, code string) string {
	if name == "" {
		return code
	}
	return name
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > textTold {
		return string(runes[:textTold]) + "…"
	}
	return text
}
