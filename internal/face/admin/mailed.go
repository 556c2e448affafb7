package admin

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// mailedPage is what a mailing came to.
type mailedPage struct {
	Figures  []homeFigure
	Warnings []string
	Parts    []resultPart
}

func mailingAbout(j *store.Job) string {
	var job deliver.Job
	if json.Unmarshal(j.Payload, &job) != nil {
		return ""
	}
	if job.To != "" {
		return job.What + ", to " + job.To
	}
	return job.What
}

// testResult shows what a test mailing came to.
func (s *site) testResult(_ *web.Context, j *store.Job) (templ.Component, error) {
	r := &deliver.TestResult{}
	if err := json.Unmarshal(j.Result, r); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the result of job %d cannot be read", j.ID)
	}
	return mailedView(mailedPage{
		Figures: []homeFigure{{Label: "Tested", Figure: web.Thousands(r.Tested), Note: "to " + r.To, Path: "/send"}, {Label: "Not taken", Figure: web.Thousands(int64(len(r.Failed)))}},
		Parts:   []resultPart{troublePart("Not taken", "", r.Failed, int64(len(r.Failed))), unsentPart(r.Skipped)},
	}), nil
}

// sendResult shows what a sending came to.
func (s *site) sendResult(_ *web.Context, j *store.Job) (templ.Component, error) {
	r := &deliver.Result{}
	if err := json.Unmarshal(j.Result, r); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the result of job %d cannot be read", j.ID)
	}
	p := mailedPage{Warnings: r.Warnings, Figures: []homeFigure{
		{Label: "Sent", Figure: statement.Thousands(r.Total) + " " + r.Currency, Note: web.Things(r.Sent, 0, "bill", "bills"), Path: "/bills?state=final"},
		{Label: "Mails that were taken", Figure: web.Thousands(r.Mails.Sent)},
		{Label: "Unconfirmed", Figure: web.Thousands(r.Mails.Unconfirmed), Path: "/bills?state=unconfirmed"},
		{Label: "Refused", Figure: web.Thousands(r.Mails.Refused), Path: "/bills?state=failed"},
		{Label: "To be tried again", Figure: web.Thousands(r.Mails.Waiting)},
	}}
	if r.NotMailed > 0 {
		p.Figures = append(p.Figures, homeFigure{Label: "Kept without a mail", Figure: web.Thousands(r.NotMailed), Note: "as the settings say"})
	}
	p.Parts = []resultPart{
		troublePart("Unconfirmed: they may have arrived or not", "Ask the customer, or open the invoice and send it again.", r.Unconfirmed, r.Mails.Unconfirmed),
		troublePart("Refused", "Correct the customer's address, then open the invoice and send it again.", r.Refused, r.Mails.Refused),
		troublePart("Put off by the mail server, to be tried again", "", r.Waiting, r.Mails.Waiting),
		unsentPart(r.Skipped),
	}
	return mailedView(p), nil
}

// troublePart names mails with which something is wrong, and says what to do.
func troublePart(title, todo string, troubles []deliver.Trouble, all int64) resultPart {
	t := &web.Table{Caption: title, Columns: []web.Column{{Label: "Customer"}, {Label: "Invoice"}, {Label: "To"}, {Label: "Why"}}}
	for _, m := range shown(troubles) {
		name := orSame(m.Number, "View draft")
		t.Rows = append(t.Rows, web.Row{ID: m.Bill, Name: m.Address, Cells: []web.Cell{{Text: m.Customer}, {Text: name, Path: pathOf("/bills", m.Bill)}, {Text: m.Address}, {Text: capital(m.Detail)}}})
	}
	return resultPart{Title: title, Lead: strings.TrimSpace(todo + " " + firstOf(len(t.Rows), all)), Table: t}
}

var againForm = &web.FormSpec{Submit: "Send again", Brief: true}

// again asks whether what is uncertain or failed of a bill is mailed once more.
func (s *site) again(c *web.Context) error {
	w, err := s.billOf(c)
	if err != nil {
		return err
	}
	return s.againShow(c, http.StatusOK, w, web.NewForm(againForm, c.R.URL.Path, pathOf("/bills", w.Row.ID), nil))
}

func (s *site) againShow(c *web.Context, status int, w *insight.Whole, f *web.Form) error {
	repeats, err := deliver.LookAgain(c.Ctx(), deliver.Order{DB: s.DB, By: c.By, Host: s.Host}, w.Row.ID)
	if err != nil {
		return err
	}
	t := &web.Table{Caption: "To whom", Columns: []web.Column{{Label: "To"}, {Label: "So far"}, {Label: "What is known"}}}
	for _, r := range repeats {
		state := web.State(r.State)
		if state == "" {
			state = "not mailed"
		}
		t.Rows = append(t.Rows, web.Row{Name: r.Address, Cells: []web.Cell{{Text: r.Address}, {State: state}, {Text: r.Detail}}})
	}
	p := mailingPage{Form: f, Parts: []resultPart{{Title: "To whom", Table: t}}, Says: []string{
		"Bill " + w.Row.Number + " of " + w.Row.Company + ", " + amountText(w.Row.Axes.Total, w.Row.Currency) + ", is mailed once more to the addresses below. A mail that is unconfirmed keeps its Message-ID, so that many mail programs show it once.",
		"If you know that it arrived, or want to leave it, cancel: then nothing is done, and nobody is mailed twice.",
	}}
	return c.RenderStatus(status, web.Page{
		Title: "Send again", Crumbs: []web.Crumb{{Label: "Send", Path: "/send"}, {Label: w.Row.Number, Path: pathOf("/bills", w.Row.ID)}},
	}, mailingView(p))
}

// againRun gives it to the background.
func (s *site) againRun(c *web.Context) error {
	w, err := s.billOf(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, againForm, pathOf("/bills", w.Row.ID))
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			if _, err := deliver.LookAgain(c.Ctx(), deliver.Order{DB: s.DB, By: c.By, Host: s.Host}, w.Row.ID); err != nil {
				return "", "", err
			}
			job := &deliver.Job{Again: w.Row.ID, What: "bill " + w.Row.Number + " once more"}
			return s.enqueue(c, deliver.SendJobKind, job, "Another mailing is under way. Yours was not begun: wait for it, or cancel it.")
		},
		Show: func(status int) error { return s.againShow(c, status, w, f) },
	})
}
