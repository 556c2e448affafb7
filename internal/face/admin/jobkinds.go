package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/a-h/templ"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	gather "postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// jobKind says how jobs of a kind are shown. Every field but Label may be left out.
type jobKind struct {
	Label string                         // what is done, such as: Run Billing
	About func(j *store.Job) string      // what of exactly, from the payload
	Up    web.Crumb                      // the page that such jobs are begun on
	Above []web.Crumb                    // where that page is
	Next  func(j *store.Job) *web.Action // where to go on once it is done; nil: nowhere
	// Result shows what the job came to, and, while it runs, what it has come to so far if it says so.
	Result func(c *web.Context, j *store.Job) (templ.Component, error)
	// Judge says how it ended if not well, though the job is done: a state, and what of it went wrong. "": well.
	Judge func(j *store.Job) (web.State, string)
	Unit  string // of its progress: customers
	Cut   string // what is kept of one that was cancelled
	Again string // the button of one that was cancelled; it leads to Up
	Fixed bool   // it is too short to be paused
	// Right is who may see what it was asked and what it came to; the zero value is everybody who has signed in.
	Right web.Right
}

// jobKinds are the kinds of jobs that people see. One that is not here is shown by its name.
func (s *site) jobKinds() map[string]jobKind {
	servers := web.Crumb{Label: "Servers", Path: "/servers"}
	const lists, mails = "lists", "bills and mails"
	return map[string]jobKind{
		gather.SyncJob:     {Label: "Sync servers", About: orderWords, Up: servers, Result: s.resultOf(syncOutcomes), Judge: judgeAsked, Unit: lists},
		gather.CountersJob: {Label: "Read counters of mails", About: orderWords, Up: servers, Result: s.resultOf(syncOutcomes), Judge: judgeAsked, Unit: lists},
		gather.ValidateJob: {Label: "Validate servers", About: orderWords, Up: servers, Result: s.resultOf(validateOutcomes), Judge: judgeAsked, Unit: lists},
		gather.FixJob:      {Label: "Fix Selected Objects", About: orderWords, Up: servers, Result: s.resultOf(fixOutcomes), Unit: lists},
		gather.FindJob: {
			Label: "Find Member", About: soughtWords, Up: utilityCrumbs[0], Result: s.membersFound, Judge: judgeAsked, Fixed: true, Right: web.Clerk,
			Next: func(*store.Job) *web.Action { return &web.Action{Label: "Find others", Path: memberSearchPath} },
		},
		gather.DeleteJob:     {Label: "Delete members", Above: utilityCrumbs, Up: web.Crumb{Label: "Find Member", Path: memberSearchPath}, Result: s.membersDeleted, Judge: judgeAsked, Fixed: true, Right: web.Clerk},
		billrun.ValidateKind: validateJob(),
		billrun.UnbilledKind: unbilledJob(),
		billrun.JobKind: {
			Label: "Run Billing", About: runAbout, Up: web.Crumb{Label: "Bill", Path: "/bill"}, Result: s.runResult,
			Next: func(j *store.Job) *web.Action { return &web.Action{Label: "Review", Path: reviewPath(j)} },
			Unit: "customers", Again: "Run Billing again", Cut: "Drafts that were made before are kept. Run Billing again to go on.",
		},
		deliver.TestJobKind: {Label: "Test bills", About: mailingAbout, Up: web.Crumb{Label: "Send", Path: "/send"}, Result: s.testResult, Unit: mails},
		deliver.SendJobKind: {Label: "Send bills", About: mailingAbout, Up: web.Crumb{Label: "Send", Path: "/send"}, Result: s.sendResult, Unit: mails},
		office.WordsKind:    {Label: "Make customers findable by all their words", Fixed: true},
		deliver.TrialJob:    {Label: "Send a test mail", About: trialWords, Up: web.Crumb{Label: "Settings", Path: "/settings"}, Result: trialSaid, Fixed: true},
	}
}

// jobKind is how a job is shown.
func (s *site) jobKind(kind string) jobKind {
	if k, ok := s.jobKinds()[kind]; ok {
		return k
	}
	return jobKind{Label: kind}
}

// seen says whether somebody may see what a job was asked and what it came to.
func (k *jobKind) seen(c *web.Context) bool { return k.Right == 0 || c.May(k.Right) }

// soughtWords are who was looked for.
func soughtWords(j *store.Job) string {
	var o gather.SearchOrder
	if json.Unmarshal(j.Payload, &o) != nil {
		return ""
	}
	return strings.Join(o.Patterns, ", ")
}

// resultOf shows what each server came to.
func (s *site) resultOf(read func([]byte) ([]serverOutcome, error)) func(*web.Context, *store.Job) (templ.Component, error) {
	return func(c *web.Context, j *store.Job) (templ.Component, error) { return s.outcomes(c, j, read) }
}

// jobKey makes a key of an order: the same order that is not done yet is one job.
func jobKey(order []byte) string {
	sum := sha256.Sum256(order)
	return hex.EncodeToString(sum[:])
}
