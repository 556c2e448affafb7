package evidence

// Explanation is all that is known about one line. Numbers are exact decimal text; one that has no end is cut after
// six decimals and ends in an ellipsis.
type Explanation struct {
	Bill        int64  `json:"bill"`
	Number      string `json:"number"`
	Customer    string `json:"customer"`
	Status      string `json:"status"`
	Currency    string `json:"currency"`
	Line        int    `json:"line"`
	Group       string `json:"group"`
	Month       string `json:"month"`
	Kind        string `json:"kind"`
	Ref         string `json:"ref"`
	Method      string `json:"method"`
	Object      string `json:"object"`
	Days        int    `json:"days"`
	DaysInMonth int    `json:"days_in_month"`
	Quantity    string `json:"quantity"`
	Amount      string `json:"amount"`

	Title      string     `json:"title"`
	Sentences  []string   `json:"sentences"`
	ActiveDays []Span     `json:"active_days"`        // when the item was active; empty where days do not count
	Usage      []DayUsage `json:"usage"`              // of an overage line: by day and list
	Records    []Record   `json:"records"`            // of an overage line: the deliveries themselves
	Readings   []DayTotal `json:"readings,omitempty"` // of members: the total of each day
	Steps      []Step     `json:"arithmetic"`
	Agrees     bool       `json:"agrees"` // all of it adds up to the line; false of a correction, which is not worked out
	Problems   []string   `json:"problems"`
	Corrects   []int64    `json:"corrects,omitempty"` // of a correction: the bills of its month, which explain it
}

// Span is a run of days, both ends inside.
type Span struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// DayUsage is what one list sent on one day.
type DayUsage struct {
	Day            string `json:"day"`
	List           string `json:"list"`
	Messages       int    `json:"messages"`
	Recipients     int64  `json:"recipients"`
	RecipientBytes int64  `json:"recipient_bytes"`
	Quantity       string `json:"quantity"`
}

// Record is one delivery and where a log shows it.
type Record struct {
	At         string `json:"at"` // RFC 3339, UTC
	Day        string `json:"day"`
	List       string `json:"list"`
	Recipients int64  `json:"recipients"`
	Bytes      int64  `json:"bytes"`
	Quantity   string `json:"quantity"`
	Source     string `json:"source"`
	Log        Log    `json:"log"`
}

// Log is a place in a log: the log is known by the hash of its first line, the place by the byte at which it starts.
type Log struct {
	Server string `json:"server"`
	Format string `json:"format"`
	Head   string `json:"head"`
	Offset int64  `json:"offset"`
}

// DayTotal is the members of an item on a day.
type DayTotal struct {
	Day     string    `json:"day"`
	Members int64     `json:"members"`
	Lists   []Reading `json:"lists"`
}

// Reading is the latest known number of members of a list. Day is empty if there is none yet, which counts as 0.
type Reading struct {
	List    string `json:"list"`
	Day     string `json:"day"`
	Members int64  `json:"members"`
}

// Step is one step of the arithmetic.
type Step struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// Delivery is a stored usage record.
type Delivery struct {
	List       int64 // id
	At         int64 // UTC microseconds
	Source     string
	Recipients int64
	Bytes      int64
	Log        Log
}
