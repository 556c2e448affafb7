package servers

import (
	"strings"

	"fmt"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// Gap is a list of which the server counted more than was metered.
type Gap struct {
	List    string `json:"list"` // site/list
	Counted int64  `json:"counted"`
	Metered int64  `json:"metered"`
	From    string `json:"from"`
	To      string `json:"to"`
}

// Comparison says how what a server counts itself agrees with what was metered this month. The difference is shown, and
// never billed.
type Comparison struct {
	Counter     string `json:"counter"`                // of the server: post_id, stats, sent; "" without one
	Unit        string `json:"unit"`                   // of what it counts: posts, recipients
	NotCompared string `json:"not_compared,omitempty"` // why nothing can be compared
	Lists       int    `json:"lists"`                  // that were compared
	Counted     int64  `json:"counted"`                // by which the server's counters grew between the readings, in the unit
	Gap         int64  `json:"gap"`                    // what the server counted and nobody metered, in the unit
}

// Words say how it stands, for people.
func (c *Comparison) Words() string {
	switch {
	case c.NotCompared != "":
		return "The server's own counters are not compared with what was metered: " + c.NotCompared + "."
	case c.Lists == 0 || c.Counted == 0:
		return "There is nothing to compare with the server's own counter yet: it takes two readings, and something sent between them."
	case c.Gap == 0:
		return fmt.Sprintf("All %s that the server counted were metered: %s compared.", c.Unit, hosting.Things(int64(c.Lists), "list", "lists"))
	}
	were, they := "were", "They are"
	if c.Gap == 1 {
		were, they = "was", "It is"
	}
	return fmt.Sprintf("%s that the server counted %s not metered: %s compared. %s not billed.", c.gap(), were,
		hosting.Things(int64(c.Lists), "list", "lists"), they)
}

// gap is what was not metered, with its unit.
func (c *Comparison) gap() string {
	return hosting.Things(c.Gap, strings.TrimSuffix(c.Unit, "s"), c.Unit)
}

// counterIsUsage says why a counter that bills is not compared with itself.
const counterIsUsage = "counter is the usage"

// comparisonOf says what can be compared, by the kind of a server and by whose count bills.
func comparisonOf(v *hosting.Server) Comparison {
	byMailServer := v.BilledSource == usage.FromMailServer
	c := Comparison{}
	switch v.Kind {
	case "mailman3":
		c.Counter, c.Unit = "post_id", "posts"
		if byMailServer {
			c.NotCompared = "the mail server's log shows copies, and no posts"
		}
	case "sympa":
		c.Counter, c.Unit = "stats", "recipients"
	case "listmonk":
		c.Counter, c.Unit = "sent", "recipients"
	default:
		c.NotCompared = "servers of this kind keep no counter"
		return c
	}
	if c.Unit == "recipients" && !byMailServer {
		c.NotCompared = counterIsUsage
	}
	return c
}

// checks returns what is compared list by list.
func (c *Comparison) checks(s *store.Snapshot, v *hosting.Server, now time.Time) ([]store.CounterCheck, error) {
	zone, err := billingZone(s)
	if err != nil {
		return nil, err
	}
	month := period.DateOf(now, zone).Month()
	switch {
	case c.NotCompared != "":
		return nil, nil
	case c.Counter == "post_id":
		return s.PostChecks(v.ID, month)
	case c.Counter == "stats":
		return s.SentChecks(v.ID, maillog.SympaStats, false, month, zone)
	}
	return s.SentChecks(v.ID, v.Kind, true, month, zone)
}

// billingZone is the time zone in which days are counted.
func billingZone(s *store.Snapshot) (*time.Location, error) {
	set, err := s.Settings()
	if err != nil {
		return nil, err
	}
	return set.Location()
}

// compareCounters compares what a server counted with what was metered, and returns the lists of which something is missing.
func compareCounters(s *store.Snapshot, v *hosting.Server, now time.Time) (c Comparison, gaps []Gap, err error) {
	c = comparisonOf(v)
	checks, err := c.checks(s, v, now)
	c.Lists, gaps = len(checks), []Gap{}
	for _, k := range checks {
		c.Counted += k.Counted
		if k.Counted > k.Metered { // a post may take several lines
			c.Gap += k.Counted - k.Metered
			gaps = append(gaps, Gap{k.Site + "/" + k.List, k.Counted, k.Metered, instantOr(k.From), instantOr(k.To)})
		}
	}
	return c, gaps, err
}

// gaps tells whether what the server counted was metered.
func (v *Validation) gaps(s *store.Snapshot, t *target) error {
	c, gaps, err := compareCounters(s, &t.Server, t.started)
	if err != nil || c.Lists == 0 || c.Counted == 0 { // nothing was sent between two readings: that says nothing
		return err
	}
	if c.Gap == 0 {
		v.find(hosting.Fine, "posts", "All "+c.Unit+" that the server counted were metered.", "")
		return nil
	}
	were, they := "were", "They are"
	if c.Gap == 1 {
		were, they = "was", "It is"
	}
	v.find(hosting.Warning, "posts", fmt.Sprintf("The server counted %s of %s that %s not metered. %s not billed.", c.gap(), hosting.Things(int64(len(gaps)), "list", "lists"), were, they),
		"Read the log from where it was not read. The server's page names the lists, and so does server show.")
	return nil
}
