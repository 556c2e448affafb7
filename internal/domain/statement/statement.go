package statement

// Statement is a bill as a reader sees it. Every text is ready to be shown: cleaned of control characters, but not
// escaped for any format.
type Statement struct {
	Title     string // "Invoice 2026-0007", "Draft invoice"
	Stamp     string // "Draft", "Void" or empty
	Number    string // "DRAFT" for a draft
	Issuer    Party
	Logo      string // of the issuer, as a data URL; "": none
	Recipient Party
	Facts     []Field // date, due, period, purchase order …
	Headline  Headline
	Groups    []Group
	Sums      []Sum
	Payment   []string // how and when to pay; of a void bill, what took it back
	Notes     []string // the customer's note, paragraph by paragraph
	Usage     []UsageRow
	UsageNote string // what the usage table counts
}

// Party is one side of the bill.
type Party struct {
	Name  string
	Lines []string
}

// Headline is the one amount that is seen from a metre away.
type Headline struct {
	Label string // "Amount due"
	Value Money
	Note  string // "by 2026-10-30"
}

// Money is an amount as it is read.
type Money struct {
	Text     string // "-1,234.50"
	Currency string // "USD", or empty where a column says it
	Credit   bool   // in the reader's favour: shown with the word credit
}

// Group is a contract: its lines by month.
type Group struct {
	Name     string
	Months   []Month
	Subtotal Money
}

// Month is the part of a group's lines that belongs to one month, or corrects earlier ones. Name is empty where the
// bill has only one month.
type Month struct {
	Name  string
	Lines []Row
}

// Row is a line with the sentences that explain it.
type Row struct {
	Number  int // of the line, from 1
	Title   string
	Object  string   // the list or server, as its owner calls it
	Details []string // sentences
	Steps   []string // arithmetic of tiers, one a line
	Amount  Money
}

// Sum is a line below the groups.
type Sum struct {
	Label  string
	Value  Money
	Strong bool // the total
}

// UsageRow is a row of the quiet table behind.
type UsageRow struct {
	List       string
	Messages   string
	Recipients string
	Volume     string
	Members    string // empty if no reading is known
}
