package admin

import (
	"context"

	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// checklistPage is the billing checklist of a period.
type checklistPage struct {
	Lines []checkLine
	Ways  []web.Crumb
}

// checkLine is one line of it: done, or with what is to be done.
type checkLine struct {
	Label, Says, Path string
	Done              bool
}

func (l checkLine) state() web.State {
	if l.Done {
		return "done"
	}
	return "open"
}

// checklist shows how far the billing of a period is.
func (s *site) checklist(c *web.Context) error {
	p, ok := queryPeriod(c)
	if !ok {
		times, err := insight.ReadTimes(c.Ctx(), s.DB, c.Now)
		if err != nil {
			return err
		}
		p = times.Next
	}
	l, ready, err := s.readChecklist(c, p)
	if err != nil {
		return err
	}
	if !ready {
		return s.addingUp(c, web.Page{Title: "Billing checklist", Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}}})
	}
	before := l.Period.Start.Month().Previous().Period()
	after := (l.Period.End + 1).Month().Period()
	page := checklistPage{Lines: checkLines(c, l), Ways: []web.Crumb{
		{Label: "The month before", Path: withQuery("/checklist", periodQuery(before.Start.Text(), before.End.Text()))},
		{Label: "The month after", Path: withQuery("/checklist", periodQuery(after.Start.Text(), after.End.Text()))},
		{Label: "Review", Path: withQuery("/bill/review", periodQuery(l.Period.Start.Text(), l.Period.End.Text()))},
	}}
	return c.Render(web.Page{Title: "Billing checklist", Lead: "What is done for " + days(l.Period) + ", and what is left.", Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}}}, checklistView(page))
}

// readChecklist reads the checklist of a period; false says that it is still being added up.
func (s *site) readChecklist(c *web.Context, p period.Period) (l *insight.Checklist, ready bool, err error) {
	return readSums(c, s, &s.lists, p, func(ctx context.Context) (*insight.Checklist, error) {
		return insight.ReadChecklist(ctx, s.DB, p, c.Now)
	})
}

func checkLines(c *web.Context, l *insight.Checklist) []checkLine {
	lines := append(checkBefore(c, l), checkAfter(l)...)
	for i := range lines {
		lines[i].Says = capital(lines[i].Says)
		if lines[i].Path != "" && !c.Exists(pathOnly(lines[i].Path)) {
			lines[i].Path = ""
		}
	}
	return lines
}

// pathOnly is a link without its query.
func pathOnly(link string) string {
	for i := range len(link) {
		if link[i] == '?' {
			return link[:i]
		}
	}
	return link
}

// checkBefore are the lines up to the bill run.
func checkBefore(c *web.Context, l *insight.Checklist) []checkLine {
	servers := checkLine{Label: "Servers are validated and synced", Path: "/servers", Done: l.Unsynced == 0 && l.Servers > 0, Says: web.Things(l.Servers, 0, "server", "servers")}
	if l.Unsynced > 0 {
		servers.Says = web.Things(l.Unsynced, 0, "server was", "servers were") + " not synced for three days, or never"
	}
	lists := checkLine{Label: "Every list that is known is assigned, or in a house account", Path: unassignedPath, Done: l.Unassigned == 0, Says: "no list is left"}
	if l.Unassigned > 0 {
		lists.Says = "nobody has " + web.Things(l.Unassigned, insight.CountedTo, "list", "lists")
	}
	credits := checkLine{Label: "Credits are carried over", Path: "/bill", Done: l.Run != nil, Says: "the run does it"}
	if l.Run != nil {
		credits.Says = "there was no credit to use"
	}
	if l.Run != nil && l.Bills.Credit != 0 {
		credits.Says = amountText(l.Bills.Credit, l.Times.Settings.Currency) + " of credit is used on the bills of the period"
	}
	valid := checkLine{Label: "Customers are valid", Path: "/bill", Says: "the run names every customer with a problem"}
	run := checkLine{Label: "Bills are run", Path: "/bill/run", Done: l.Run != nil && !l.Broken, Says: "not yet, for all customers"}
	if l.Run != nil {
		review := withQuery("/bill/review", periodQuery(l.Period.Start.Text(), l.Period.End.Text()))
		skipped := l.Run.Result.SkippedCount
		valid.Path, valid.Done, valid.Says = review, skipped == 0, "nobody was skipped"
		if skipped > 0 {
			valid.Says = web.Things(skipped, 0, "customer was", "customers were") + " skipped: the review says why"
		}
		run.Path, run.Says = review, web.Things(l.Bills.Bills, 0, "bill", "bills")+", "+amountText(l.Bills.Total, l.Times.Settings.Currency)
	}
	if l.Broken {
		run.Says = "the last run did not come to its end: run the bills again"
		run.Path = "/bill/run"
	}
	if run.Path == "/bill/run" && !c.May(web.Clerk) {
		run.Path = "/bill"
	}
	return []checkLine{servers, lists, credits, valid, run}
}

// checkAfter are the lines after the bill run.
func checkAfter(l *insight.Checklist) []checkLine {
	query := periodQuery(l.Period.Start.Text(), l.Period.End.Text())
	n := &l.States
	made := n.Drafts+n.Final > 0
	tested := checkLine{Label: "Bills are tested", Path: withQuery("/send", query), Done: made && n.Tested == n.Drafts, Says: "there are no bills yet"}
	sent := checkLine{Label: "Bills are sent", Path: withQuery("/send", query), Done: made && n.Drafts == 0, Says: "there are no bills yet"}
	if made {
		tested.Says, sent.Says = "no draft is left untested", web.Things(n.Final, 0, "bill is", "bills are")+" sent"
		if n.Tested < n.Drafts {
			tested.Says = web.Things(n.Drafts-n.Tested, 0, "draft is", "drafts are") + " not tested"
		}
		if n.Drafts > 0 {
			sent.Says = web.Things(n.Drafts, 0, "draft is", "drafts are") + " not sent"
		}
	}
	uncertain := checkLine{Label: "Every mail was accepted", Path: "/bills?" + query + "&state=unconfirmed", Done: made && n.Drafts == 0 && n.Unconfirmed+n.Failed == 0, Says: "nothing was mailed yet"}
	switch {
	case n.Unconfirmed > 0:
		uncertain.Says = web.Things(n.Unconfirmed, 0, "bill waits", "bills wait") + " for a decision"
	case n.Failed > 0:
		uncertain.Says = web.Things(n.Failed, 0, "bill was", "bills were") + " not taken by an address"
		uncertain.Path = "/bills?" + query + "&state=failed"
	case n.Final > 0:
		uncertain.Says = "the mail servers took them all"
	}
	ended := checkLine{
		Label: "Customers and lists to terminate", Done: l.Ended+l.ListsGone == 0, Says: "none",
		Path: "/bill?active=yes&end_before=" + (l.Period.End + 1).Text(),
	}
	if !ended.Done {
		ended.Says = web.Things(l.Ended, insight.CountedTo, "active customer has", "active customers have") + " ended; " +
			web.Things(l.ListsGone, 0, "customer has", "customers have") + " a list that is gone from its server"
	}
	return []checkLine{tested, sent, uncertain, ended}
}
