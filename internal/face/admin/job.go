package admin

import (
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
	Path, State, About, Doing, Error         string
	HowFar, Left, Asked, Actor, Begun, Ended string
	Percent                                  int
	Known                                    bool // how much there is to do
	Over                                     bool // it has ended
	Paused                                   bool // it goes on when somebody says so
	Pause, Resume, Cancel                    bool // can be asked
	Next                                     *web.Action
	Result                                   templ.Component
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
	if kind.Next != nil && j.State == store.JobDone {
		p.Next = kind.Next(&j)
	}
	if kind.Result != nil && len(j.Result) > 0 {
		if p.Result, err = kind.Result(c, &j); err != nil {
			return err
		}
	}
	crumbs := []web.Crumb{{Label: "Jobs", Path: "/jobs"}}
	if kind.Up.Path != "" {
		crumbs[0] = kind.Up
	}
	return c.Render(web.Page{Title: kind.Label, Crumbs: crumbs, Wide: p.Result != nil}, jobView(p))
}

func jobOf(c *web.Context, j *store.Job, kind *jobKind) jobPage {
	p := jobPage{
		Path: pathOf("/jobs", j.ID), State: j.State, Doing: j.Doing, Error: j.Error, Actor: j.Actor,
		Percent: jobPercent(j), Known: j.Total > 0, Over: j.FinishedAt != 0, Paused: j.State == store.JobPaused, Left: jobLeft(j, c.Now),
	}
	if kind.About != nil {
		p.About = kind.About(j)
	}
	if j.Total > 0 {
		p.HowFar = web.Thousands(j.Done) + " of " + web.Thousands(j.Total)
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
	switch j.Asked {
	case store.AskPause:
		p.Asked = "It pauses at the next safe point."
	case store.AskCancel:
		p.Asked = "It ends at the next safe point."
	}
	return p
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
	var said string
	switch what {
	case store.AskPause:
		said = "The job is asked to pause."
	case store.AskCancel:
		said = "The job is asked to end."
	case store.AskResume:
		said = "The job goes on."
	default:
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	if err := office.AskJob(c.Ctx(), s.DB, c.By(), id, what); err != nil {
		return err
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
		Columns: []web.Column{{Label: "What"}, {Label: "State"}, {Label: "How far", Figures: true, Minor: true}, {Label: "Who asked", Minor: true}, {Label: "Since", Minor: true}},
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
			{State: web.State(p.State), Note: p.Error}, {Text: p.HowFar}, {Text: j.Actor}, {Text: c.Instant(j.CreatedAt)},
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
