package admin

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// Limits of what is shown of jobs.
const (
	trayJobs  = 3   // in the header
	listJobs  = 100 // on the page of all
	percentOf = 100
)

// jobPage is a job as its page shows it.
type jobPage struct {
	Path, About, Doing, Error         string
	State                             web.State
	Said                              string // beside the state
	HowFar, Left, Actor, Begun, Ended string
	Percent                           int
	Known                             bool // how much there is to do
	Over                              bool // it has ended
	Paused                            bool // it goes on when somebody says so
	Pause, Resume, Cancel             bool // can be asked
	Next                              *web.Action
	Result                            templ.Component
}

// job shows one job: what it does, how far it is, how long still, and what came of it.
func (s *site) job(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	j, err := insight.Job(c.Ctx(), s.DB, id)
	if err != nil {
		return err
	}
	kind := s.jobKind(j.Kind)
	if !kind.seen(c) {
		return fault.New(fault.Denied, "A %s may not see this job. Nothing was done.", c.Operator.Role.Title())
	}
	p := jobOf(c, &j, &kind)
	may := c.May(web.Clerk)
	p.Pause = may && !kind.Fixed && j.Asked == "" && (j.State == store.JobQueued || j.State == store.JobRunning)
	p.Resume = may && j.State == store.JobPaused
	p.Cancel = may && !p.Over && j.Asked != store.AskCancel
	switch {
	case kind.Next != nil && j.State == store.JobDone:
		p.Next = kind.Next(&j)
	case kind.Again != "" && j.State == store.JobCancelled && may:
		p.Next = &web.Action{Label: kind.Again, Path: kind.Up.Path}
	}
	if kind.Result != nil && len(j.Result) > 0 {
		if p.Result, err = kind.Result(c, &j); err != nil {
			return err
		}
	}
	crumbs := []web.Crumb{{Label: "Jobs", Path: "/jobs"}}
	if kind.Up.Path != "" {
		crumbs = slices.Concat(kind.Above, []web.Crumb{kind.Up})
	}
	return c.Render(web.Page{Title: kind.Label, Crumbs: crumbs, Wide: p.Result != nil}, jobView(p))
}

func jobOf(c *web.Context, j *store.Job, kind *jobKind) jobPage {
	p := jobPage{
		Path: pathOf("/jobs", j.ID), State: web.State(j.State), Doing: j.Doing, Error: sentenceOf(j.Error), Actor: j.Actor,
		Percent: jobPercent(j), Known: j.Total > 0, Over: j.FinishedAt != 0, Paused: j.State == store.JobPaused, Left: jobLeft(j, c.Now),
	}
	if kind.About != nil {
		p.About = kind.About(j)
	}
	if j.Total > 0 && j.State != store.JobDone { // how much that was is in its result
		p.HowFar = strings.TrimSpace(web.Thousands(j.Done) + " of " + web.Thousands(j.Total) + " " + kind.Unit)
	}
	if j.StartedAt != 0 {
		p.Begun = c.Instant(j.StartedAt)
	}
	if j.FinishedAt != 0 {
		p.Ended = c.Instant(j.FinishedAt)
	}
	if j.State == store.JobQueued && j.Error != "" {
		p.Error += " It is tried again at " + c.Instant(j.RunAt) + "."
	}
	p.judge(j, kind)
	return p
}

// judge says beside the state what is asked of the job, or how it ended.
func (p *jobPage) judge(j *store.Job, kind *jobKind) {
	switch {
	case j.State == store.JobCancelled:
		p.Error, p.Said = "", kind.Cut // somebody ended it: that is no failure
	case j.State == store.JobDone && kind.Judge != nil:
		if state, words := kind.Judge(j); state != "" {
			p.State, p.Said = state, words
		}
	case j.Asked == store.AskPause:
		p.Said = "It pauses at the next safe point."
	case j.Asked == store.AskCancel:
		p.Said = "It ends at the next safe point."
	}
}

func jobPercent(j *store.Job) int {
	switch {
	case j.State == store.JobDone:
		return percentOf
	case j.Total <= 0:
		return 0
	}
	return int(min(percentOf, max(0, j.Done*percentOf/j.Total)))
}

// jobLeft says how long a running job still takes, if what is left goes as fast as what is done.
func jobLeft(j *store.Job, now time.Time) string {
	if j.State != store.JobRunning || j.Done <= 0 || j.Total <= j.Done {
		return ""
	}
	took := now.Sub(time.UnixMicro(j.StartedAt)).Milliseconds()
	left := time.Duration(took*(j.Total-j.Done)/j.Done) * time.Millisecond
	switch {
	case left < time.Minute:
		return "less than a minute"
	case left < time.Hour:
		return "about " + web.Things(int64(left/time.Minute)+1, 0, "minute", "minutes")
	}
	return "about " + web.Things(int64(left/time.Hour)+1, 0, "hour", "hours")
}

// jobAsk asks a job to pause, to end, or to go on.
func (s *site) jobAsk(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	what := c.R.PathValue("what")
	if what != store.AskPause && what != store.AskCancel && what != store.AskResume {
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	if err := office.AskJob(c.Ctx(), s.DB, c.By(), id, what); err != nil {
		return err
	}
	said := "" // what is asked of a job that runs stands beside its state
	if what == store.AskResume {
		said = "The job goes on."
	}
	return c.Redirect(pathOf("/jobs", id), said)
}

// jobs lists the jobs of the last days.
func (s *site) jobs(c *web.Context) error {
	all, err := insight.LastJobs(c.Ctx(), s.DB, listJobs)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Jobs",
		Columns: []web.Column{{Label: "What"}, {Label: "State"}, {Label: "Progress", Figures: true}, {Label: "Started by"}, {Label: "Started"}},
		Count:   web.Things(int64(len(all)), listJobs, "job", "jobs"),
		Empty:   web.Empty{Text: "Nothing has run in the background in the last 30 days. Syncs, bill runs and mailings show here."},
	}
	for i := range all {
		j := &all[i]
		kind := s.jobKind(j.Kind)
		p := jobOf(c, j, &kind)
		if !kind.seen(c) {
			p.Path, p.About = "", ""
		}
		t.Rows = append(t.Rows, web.Row{ID: j.ID, Name: kind.Label, Cells: []web.Cell{
			{Text: kind.Label, Path: p.Path, Note: p.About},
			{State: p.State, Note: strings.TrimSpace(p.Said + " " + p.Error)}, {Text: p.HowFar}, {Text: j.Actor}, {Text: p.Begun},
		}})
	}
	return c.Render(web.Page{Title: "Jobs", Lead: "What runs in the background, and what ran in the last 30 days.", Wide: true}, web.ListView(t))
}

// tray gives the header the jobs that run.
func (s *site) tray(c *web.Context) []web.Job {
	all, err := insight.UnfinishedJobs(c.Ctx(), s.DB, c.Now, trayJobs)
	if err != nil {
		s.Log.Warn("the header lacks its jobs", "error", err)
		return nil
	}
	out := make([]web.Job, 0, len(all))
	for i := range all {
		if kind := s.jobKind(all[i].Kind); !kind.seen(c) {
			continue
		}
		out = append(out, web.Job{Label: s.jobKind(all[i].Kind).Label, Percent: jobPercent(&all[i]), Path: pathOf("/jobs", all[i].ID)})
	}
	return out
}
