package admin

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/evidence"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// linePage is what is behind one line of a bill.
type linePage struct {
	Sentences, Problems []string
	Facts               []homeFact
	Agrees              bool
	Parts               []resultPart
}

// lineRows is how many deliveries of a line are shown; the command "bill explain" shows all.
const lineRows = 1000

// invoiceLine opens a line into its days, its deliveries with their places in the logs, and its arithmetic.
func (s *site) invoiceLine(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	line, err := c.ID("line")
	if err != nil {
		return err
	}
	e, err := insight.Explain(c.Ctx(), s.DB, id, int(line))
	if err != nil {
		return err
	}
	p := linePage{Sentences: e.Sentences, Problems: e.Problems, Agrees: e.Agrees, Facts: lineFacts(e)}
	p.Parts = []resultPart{stepsPart(e), daysPart(e), recordsPart(c, e), readingsPart(e)}
	name := e.Number
	if name == "" {
		name = "Draft invoice"
	}
	return c.Render(web.Page{
		Title: e.Title, Wide: true, Lead: "What is behind line " + strconv.Itoa(e.Line) + " of the bill of " + statement.Clean(e.Customer) + ".",
		Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}, {Label: name, Path: pathOf("/bills", id)}},
	}, lineView(p))
}

func lineFacts(e *evidence.Explanation) []homeFact {
	facts := []homeFact{{Label: "Amount", Value: statement.Thousands(e.Amount) + " " + e.Currency}}
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, homeFact{Label: label, Value: value})
		}
	}
	add("Group", e.Group)
	add("Month", e.Month)
	add("What for", statement.Address(e.Object))
	if e.Quantity != "0" {
		add("Quantity", statement.Thousands(e.Quantity))
	}
	spans := make([]string, len(e.ActiveDays))
	for i, d := range e.ActiveDays {
		spans[i] = spanText(d.Start, d.End)
	}
	add("Days", strings.Join(spans, ", "))
	bills := make([]string, len(e.Corrects))
	for i, b := range e.Corrects {
		bills[i] = idText(b)
	}
	add("Corrects the bills", strings.Join(bills, ", "))
	return facts
}

func stepsPart(e *evidence.Explanation) resultPart {
	t := &web.Table{Caption: "Arithmetic", Columns: []web.Column{{Label: "Step"}, {Label: "Value", Figures: true}}}
	for _, step := range e.Steps {
		t.Rows = append(t.Rows, web.Row{Name: step.Text, Cells: []web.Cell{{Text: capital(step.Text)}, {Text: step.Value}}})
	}
	return resultPart{Title: "Arithmetic", Table: t}
}

func daysPart(e *evidence.Explanation) resultPart {
	t := &web.Table{Caption: "Days", Columns: []web.Column{{Label: "Day"}, {Label: "List"}, {Label: "Posts", Figures: true}, {Label: "Copies", Figures: true}, {Label: "Bytes of all copies", Figures: true, Minor: true}, {Label: "Quantity", Figures: true}}}
	for i := range e.Usage[:min(len(e.Usage), lineRows)] {
		u := &e.Usage[i]
		t.Rows = append(t.Rows, web.Row{Name: u.Day, Cells: []web.Cell{
			{Text: u.Day}, {Text: statement.Address(u.List)}, {Text: web.Thousands(int64(u.Messages))}, {Text: web.Thousands(u.Recipients)}, {Text: web.Thousands(u.RecipientBytes)}, {Text: u.Quantity},
		}})
	}
	posts, copies := int64(0), int64(0)
	for i := range e.Usage {
		posts, copies = posts+int64(e.Usage[i].Messages), copies+e.Usage[i].Recipients
	}
	lead := strings.TrimSpace("Together " + web.Things(posts, 0, "post", "posts") + " and " + web.Things(copies, 0, "copy", "copies") + ". " + firstOf(len(t.Rows), int64(len(e.Usage))))
	return resultPart{Title: "Days", Lead: lead, Table: t}
}

func recordsPart(c *web.Context, e *evidence.Explanation) resultPart {
	t := &web.Table{Caption: "Messages", Columns: []web.Column{{Label: "When"}, {Label: "List"}, {Label: "Copies", Figures: true}, {Label: "Bytes of one", Figures: true, Minor: true}, {Label: "Quantity", Figures: true}, {Label: "Place in the log"}}}
	for i := range e.Records[:min(len(e.Records), lineRows)] {
		r := &e.Records[i]
		place := r.Log.Server + ", " + r.Log.Format + ", byte " + web.Thousands(r.Log.Offset)
		t.Rows = append(t.Rows, web.Row{Name: r.At, Cells: []web.Cell{
			{Text: c.InstantOf(r.At)}, {Text: statement.Address(r.List)}, {Text: web.Thousands(r.Recipients)}, {Text: web.Thousands(r.Bytes)}, {Text: r.Quantity}, {Text: place, Note: shortHash(r.Log.Head)},
		}})
	}
	return resultPart{Title: "Messages and log records", Lead: firstOf(len(t.Rows), int64(len(e.Records))), Table: t}
}

// hashShown is how much of a log's hash is shown: enough to tell logs apart. The command "bill explain" shows all.
const hashShown = 16

func shortHash(hash string) string {
	if len(hash) <= hashShown {
		return hash
	}
	return hash[:hashShown] + "…"
}

func readingsPart(e *evidence.Explanation) resultPart {
	t := &web.Table{Caption: "Members", Columns: []web.Column{{Label: "Day"}, {Label: "Members", Figures: true}, {Label: "Lists"}}}
	for i := range e.Readings {
		r := &e.Readings[i]
		lists := make([]string, len(r.Lists))
		for j, l := range r.Lists {
			lists[j] = statement.Address(l.List) + " " + web.Thousands(l.Members)
			if l.Day != "" {
				lists[j] += " (read " + l.Day + ")"
			}
		}
		t.Rows = append(t.Rows, web.Row{Name: r.Day, Cells: []web.Cell{{Text: r.Day}, {Text: web.Thousands(r.Members)}, {Text: strings.Join(lists, ", ")}}})
	}
	return resultPart{Title: "Members by day", Table: t}
}
