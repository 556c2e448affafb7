package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/migrate"
)

// The states of a job.
const (
	JobQueued    = "queued"    // waits for its time, or for a node
	JobRunning   = "running"   // a node is at it
	JobPaused    = "paused"    // somebody asked it to wait
	JobDone      = "done"      // it came to its end
	JobFailed    = "failed"    // it will not be tried again
	JobCancelled = "cancelled" // somebody ended it
)

// What can be asked of a job.
const (
	AskPause  = "pause"
	AskCancel = "cancel"
	AskResume = "resume"
)

// DefaultAttempts is how often a job is tried that does not say otherwise.
const DefaultAttempts = 5

// maxJobText is how many bytes of a job's error or progress are kept.
const maxJobText = 2000

// Job is work in the background.
type Job struct {
	ID          int64
	Kind        string // which handler does it
	Key         string // of the unfinished jobs of a kind only one has it; "": any number
	Payload     json.RawMessage
	State       string
	Asked       string // of a running one: "", AskPause or AskCancel
	Node        string // the presence that runs it
	RunAt       int64  // not before; UTC microseconds, as all times
	Attempts    int64  // begun
	MaxAttempts int64
	Error       string // of the last attempt that failed
	Progress
	Result     json.RawMessage // nil: none
	Actor      string          // who asked for it
	CreatedAt  int64
	StartedAt  int64 // the last attempt; 0: none
	FinishedAt int64 // 0: not
}

// Progress says how far a job is.
type Progress struct {
	Done, Total int64 // Total is 0 while it is not known
	Doing       string
}

// NewJob is what is to be done.
type NewJob struct {
	Kind        string
	Key         string // "": any number of such jobs
	Payload     any    // written as JSON, RawJSON as it is; no secrets
	RunAt       int64  // UTC microseconds; 0: now
	MaxAttempts int64  // 0: DefaultAttempts
}

// Enqueue adds a job to what is to be done, in the transaction that makes it necessary. If an unfinished job of the kind
// has the key already it returns that one, and fresh is false.
func (tx *Tx) Enqueue(n NewJob) (id int64, fresh bool, err error) {
	payload, err := payloadText(n.Payload)
	if err != nil {
		return 0, false, err
	}
	now := tx.by.At.UnixMicro()
	if n.RunAt == 0 {
		n.RunAt = now
	}
	if n.MaxAttempts == 0 {
		n.MaxAttempts = DefaultAttempts
	}
	for {
		if id, err = tx.NewIDs("job", 1); err != nil {
			return 0, false, err
		}
		added, err := tx.ExecCount(`INSERT INTO job (id, kind, unique_key, payload, state, asked, node, run_at, attempts, max_attempts, error,
				done, total, doing, result, actor, created_at, started_at, finished_at)
			VALUES ($1, $2, $3, $4, 'queued', '', '', $5, 0, $6, '', 0, 0, '', '', $7, $8, 0, 0)
			ON CONFLICT (kind, unique_key) WHERE unique_key <> '' AND finished_at = 0 DO NOTHING`,
			id, n.Kind, n.Key, payload, n.RunAt, n.MaxAttempts, tx.by.Actor, now)
		if err != nil || added == 1 {
			return id, true, err
		}
		found, err := tx.one(`SELECT id FROM job WHERE kind = $1 AND unique_key = $2 AND finished_at = 0`, []any{n.Kind, n.Key}, &id)
		if err != nil || found {
			return id, false, err
		} // it has just come to its end
	}
}

func payloadText(v any) (string, error) {
	if text, ok := v.(RawJSON); ok {
		return string(text), nil
	}
	return toJSON(v)
}

const jobColumns = `id, kind, unique_key, payload, state, asked, node, run_at, attempts, max_attempts, error, done, total, doing, result,
	actor, created_at, started_at, finished_at`

func scanJob(row *sql.Rows) (j Job, err error) {
	var payload, result string
	err = row.Scan(&j.ID, &j.Kind, &j.Key, &payload, &j.State, &j.Asked, &j.Node, &j.RunAt, &j.Attempts, &j.MaxAttempts, &j.Error,
		&j.Done, &j.Total, &j.Doing, &result, &j.Actor, &j.CreatedAt, &j.StartedAt, &j.FinishedAt)
	j.Payload = json.RawMessage(payload)
	if result != "" {
		j.Result = json.RawMessage(result)
	}
	return j, err
}

func (s *Snapshot) jobs(query string, args ...any) (out []Job, err error) {
	for row, err := range s.rows(query, args...) {
		if err != nil {
			return nil, err
		}
		j, err := scanJob(row)
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, nil
}

// Job returns a job. One that is not there is a NotFound fault: finished ones are kept for a while only.
func (s *Snapshot) Job(id int64) (Job, error) {
	found, err := s.jobs(`SELECT `+jobColumns+` FROM job WHERE id = $1`, id)
	if err != nil {
		return Job{}, err
	}
	if len(found) == 0 {
		return Job{}, fault.New(fault.NotFound, "there is no job %d, or it ended long ago", id)
	}
	return found[0], nil
}

// LastJobs returns up to limit jobs of a kind, the newest first; of all kinds if it is "".
func (s *Snapshot) LastJobs(kind string, limit int) ([]Job, error) {
	return s.jobs(`SELECT `+jobColumns+` FROM job WHERE $1 = '' OR kind = $1 ORDER BY id DESC LIMIT $2`, kind, int64(limit))
}

// UnfinishedJobs returns up to limit jobs that have not come to their end, the oldest first. Those that wait for a day to
// come are not among them.
func (s *Snapshot) UnfinishedJobs(now int64, limit int) ([]Job, error) {
	return s.jobs(`SELECT `+jobColumns+` FROM job WHERE finished_at = 0 AND run_at <= $1 ORDER BY id LIMIT $2`, now, int64(limit))
}

// CountJobs returns how many jobs there are in each state.
func (s *Snapshot) CountJobs() (map[string]int64, error) {
	out := make(map[string]int64)
	for row, err := range s.rows(`SELECT state, count(*) FROM job GROUP BY state`) {
		if err != nil {
			return nil, err
		}
		var state string
		var n int64
		if err := row.Scan(&state, &n); err != nil {
			return nil, err
		}
		out[state] = n
	}
	return out, nil
}

// AskJob asks a job to pause, to end, or to go on. One that runs does so at its next safe point. What makes no sense in its
// state is a Conflict fault.
func (tx *Tx) AskJob(id int64, what string) error {
	job, err := tx.Job(id)
	if err != nil {
		return err
	}
	set := map[string]string{
		JobQueued + AskPause:  `state = 'paused'`,
		JobQueued + AskCancel: `state = 'cancelled', finished_at = $2`,
		JobRunning + AskPause: `asked = 'pause'`, JobRunning + AskCancel: `asked = 'cancel'`,
		JobPaused + AskResume: `state = 'queued', run_at = $2`,
		JobPaused + AskCancel: `state = 'cancelled', finished_at = $2`,
	}[job.State+what]
	if set == "" {
		return fault.New(fault.Conflict, "job %d is %s: it cannot be asked to %s", id, job.State, what)
	}
	changed, err := tx.ExecCount(`UPDATE job SET `+set+` WHERE id = $1 AND state = $3 AND CAST($2 AS BIGINT) > 0`, id, tx.by.At.UnixMicro(), job.State)
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "job %d has just changed: look again", id)
	}
	return err
}

// ClaimJobs gives up to limit jobs of some kinds that are due to a node, the longest due first. No other node gets them.
func (tx *Tx) ClaimJobs(node string, kinds []string, limit int) ([]Job, error) {
	if len(kinds) == 0 || limit <= 0 {
		return nil, nil
	}
	skip := ""
	if tx.db.engine == migrate.Postgres {
		skip = " FOR UPDATE SKIP LOCKED" // SQLite has one writer
	}
	condition, values := inValues("kind", 3, kinds)
	// MATERIALIZED: PostgreSQL may look the subquery up several times otherwise, and takes more than the limit.
	out, err := tx.jobs(`WITH due AS MATERIALIZED (SELECT id AS due_id FROM job WHERE state = 'queued' AND `+dueAt("$2")+` AND `+condition+`
			ORDER BY run_at, id LIMIT $3`+skip+`)
		UPDATE job SET state = 'running', asked = '', node = $1, attempts = attempts + 1, started_at = $2
		WHERE state = 'queued' AND id IN (SELECT due_id FROM due) RETURNING `+jobColumns, append([]any{node, tx.by.At.UnixMicro(), limit}, values...)...)
	slices.SortFunc(out, func(a, b Job) int { return cmp.Or(cmp.Compare(a.RunAt, b.RunAt), cmp.Compare(a.ID, b.ID)) })
	return out, err
}

// shortText makes a text one that both databases take, and not longer than maxJobText.
func shortText(text string) string {
	if len(text) > maxJobText {
		text = text[:maxJobText] + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}
