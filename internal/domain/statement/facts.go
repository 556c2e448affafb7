package statement

import (
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Facts are all that a statement is made from.
type Facts struct {
	Bill     Bill
	Lines    []Line
	Plans    map[int64]Plan   // by version
	Charges  map[int64]Charge // by version
	Issuer   Issuer
	Customer Customer
	Usage    []Usage // what each list sent in the period, for the page behind
	Logo     string  // the issuer's picture as a data URL; "": none. It is never frozen: a bill shows the one of today
}

// Bill is the head of a bill. Amounts are minor units of Currency.
type Bill struct {
	ID            int64
	Number        string // empty for a draft
	Status        invoice.Status
	Stale         bool // a draft whose inputs have changed since it was made
	Period        period.Period
	Currency      money.Currency
	Subtotal      int64
	Tax           int64
	CreditApplied int64
	Total         int64
	CreditLeft    int64
	Paid          int64       // of Total, of a final bill
	WrittenOff    int64       // of Total, of a final bill: given up, so that nobody owes it
	Issued        period.Date // period.First for a draft
	Due           period.Date // period.First for a draft
	Warnings      []string
	CreditNote    *CreditNote // of a void bill, else nil
}

// CreditNote is what took a bill back. The amount is in minor units of the bill's currency.
type CreditNote struct {
	Number string
	Issued period.Date
	Amount int64 // the bill's subtotal and tax
	Reason string
}

// Open is what of the total is still to be paid.
func (b *Bill) Open() int64 { return b.Total - b.Paid - b.WrittenOff }

// Draft says whether the bill is not final yet.
func (b *Bill) Draft() bool {
	return b.Status == invoice.StatusDraft || b.Status == invoice.StatusTested
}

// The kinds of lines and the methods of meters, as they are stored.
const (
	KindPlan          = "plan"
	KindOverage       = "overage"
	KindMinimum       = "minimum"
	KindCharge        = "charge"
	KindComplimentary = "complimentary"
	KindLate          = "late"

	MethodMessages  = "messages"
	MethodBandwidth = "bandwidth"
	MethodMembers   = "members"
)

// Line is one line of a bill as it is stored.
type Line struct {
	Number      int // from 1
	GroupID     int64
	Group       string
	Month       period.Month
	Kind        string
	Ref         string // code of the plan or charge
	Version     int64  // of the plan or charge, 0 for none
	Assignment  int64  // of a charge, else 0
	Component   int    // of the plan, -1 for none
	Method      string
	ListID      int64  // of an item that is a list, else 0
	Object      string // the item's name
	Days        int
	DaysInMonth int
	Quantity    money.Decimal
	Amount      int64
	Tax         int64

	UnitAmount  *money.Decimal // of a charge whose assignment has an amount of its own
	Description string         // of the charge's assignment
}

// Plan is a version of a plan with the words that customers see.
type Plan struct {
	Name        string
	Description string
	Spec        rating.PlanSpec
}

// Charge is a version of an additional charge with the words that customers see.
type Charge struct {
	Name        string
	Description string
	Spec        rating.Charge
}

// Issuer is the provider who sends the bill.
type Issuer struct {
	Name      string
	Address   string // lines
	TaxNumber string
	Email     string // where questions go
	TermsDays int    // days from the issue to the due date
}

// Customer is who gets the bill.
type Customer struct {
	ID          int64
	Company     string
	Contact     string
	Email       string
	Payment     string // free, invoice, credit_card
	CardType    string
	CardLast4   string
	Note        string
	Information []Field // named fields in the order of the customer's form
}

// Usage is what one list sent in the period.
type Usage struct {
	Object     string // server/site/list; empty for the rest of a long table
	Lists      int    // number of lists that the row stands for
	Messages   int64
	Recipients int64
	Bytes      int64  // recipients times bytes
	Members    int64  // at the period's end; -1 if not known
	Size       string // invoice.SizeAsSent, or empty: as posted
}

// Field is a name and a text.
type Field struct {
	Name string
	Text string
}
