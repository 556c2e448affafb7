package invoice

// RunResult is what a bill run did. Lists are by company and name at most 1,000 entries; the counts are of all. Skipped names
// every skipped customer.
type RunResult struct {
	Start         string              `json:"start"`
	End           string              `json:"end"`
	Currency      string              `json:"currency"`
	Billed        int64               `json:"billed"` // customers who have a draft of the period now
	Skipped       []Skipped           `json:"skipped"`
	Total         string              `json:"total"` // of the drafts
	Created       int64               `json:"created"`
	Unchanged     int64               `json:"unchanged"`
	Replaced      Listed[Replaced]    `json:"replaced"`
	Withdrawn     Listed[Withdrawn]   `json:"withdrawn"`
	Overlapping   Listed[Overlapping] `json:"overlapping_drafts"` // of other periods; they are kept
	House         int64               `json:"house_accounts"`     // not billed on purpose
	Warnings      []string            `json:"warnings"`
	Problems      map[string]int64    `json:"validation_warnings"` // customers by code
	UnbilledDays  DaysReport          `json:"unbilled_days"`
	UnbilledUsage UsageReport         `json:"unbilled_usage"`
	Late          LateReport          `json:"late"`
	Waiting       Listed[Waiting]     `json:"corrections_waiting"` // of customers who were skipped
}

// LateReport is which corrections of earlier bills stand on the drafts.
type LateReport struct {
	Lines int64  `json:"lines"`
	Total string `json:"total"`
}

// Waiting is what a month that was billed to a customer would come to now, less what was billed, while the customer
// gets no bill to put it on.
type Waiting struct {
	Customer string `json:"customer"`
	Month    string `json:"month"`
	Amount   string `json:"amount"`
}

// Listed is a count with the first of what it counts.
type Listed[T any] struct {
	Count int64 `json:"count"`
	Bills []T   `json:"bills"`
}

// Skipped is a customer who was not billed, and why.
type Skipped struct {
	Customer string   `json:"customer"`
	Codes    []string `json:"codes"`
}

// Replaced is a draft that came out otherwise than before.
type Replaced struct {
	Customer string `json:"customer"`
	ID       int64  `json:"id"`
	Before   string `json:"total_before"`
	After    string `json:"total"`
	Added    int    `json:"lines_added"`
	Removed  int    `json:"lines_removed"`
	Changed  int    `json:"lines_changed"`
}

// Withdrawn is a draft of a customer who is not billed any more.
type Withdrawn struct {
	Customer string `json:"customer"`
	ID       int64  `json:"id"`
	Because  string `json:"because"`
}

// Overlapping is a draft of another period that shares days with this one.
type Overlapping struct {
	Customer string `json:"customer"`
	ID       int64  `json:"id"`
	Start    string `json:"start"`
	End      string `json:"end"`
}

// DaysReport is which days no bill covers.
type DaysReport struct {
	Days      int64          `json:"days"`
	Intervals int64          `json:"intervals"`
	List      []UnbilledDays `json:"list"`
}

// UnbilledDays are days of a customer that no bill covers.
type UnbilledDays struct {
	Customer string `json:"customer"`
	Start    string `json:"start"`
	End      string `json:"end"`
	Days     int64  `json:"days"`
}

// UsageReport is what was sent and not billed.
type UsageReport struct {
	Lists      int64           `json:"lists"`
	Messages   int64           `json:"messages"`
	Recipients int64           `json:"recipients"`
	List       []UnbilledUsage `json:"list"`
}

// UnbilledUsage is what a list sent and nobody pays for.
type UnbilledUsage struct {
	Reason     string `json:"reason"`
	Customer   string `json:"customer"` // empty: nobody's
	List       string `json:"list"`
	Start      string `json:"start"` // first and last day of it
	End        string `json:"end"`
	Messages   int64  `json:"messages"`
	Recipients int64  `json:"recipients"`
}

// KeptResult is a result as it is kept with its run: Skipped is cut, and counted.
type KeptResult struct {
	RunResult
	SkippedCount int64 `json:"skipped_count"`
}
