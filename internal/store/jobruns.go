package store

import (
	"fmt"

	"postmeter/internal/domain/fault"
)

// WorkWaits says whether a node has anything to write: jobs of its kinds that are due, jobs of nodes that died, or
// schedules that are due. It only reads, so that a node without work disturbs nobody.
func (s *Snapshot) WorkWaits(node string, kinds []string, now int64) (bool, error) {
	if len(kinds) > 0 {
		condition, values := inValues("kind", 1, kinds)
		due, err := s.one(`SELECT id FROM job WHERE state = 'queued' AND `+dueAt("$1")+` AND `+condition+` LIMIT 1`, append([]any{now}, values...), new(int64))
		if err != nil || due {
			return due, err
		}
	}
	due, err := s.one(`SELECT 1 FROM schedule WHERE enabled AND (next_at <= $1 OR `+outOfReach("$1")+`) LIMIT 1`, []any{now}, new(int64))
	if err != nil || due {
		return due, err
	}
	dead, err := s.deadNodes(node)
	return len(dead) > 0, err
}

// clockDiffers is by how much the clocks of nodes may differ, in microseconds. What lies further in the future than it can, by
// that, was written before the clock was set back.
const clockDiffers = 5 * 60 * 1_000_000

// dueAt is the condition of jobs that are due: also those that were made before the clock was set back, which would
// else wait for days.
func dueAt(now string) string {
	return fmt.Sprintf(`(run_at <= %s OR created_at > CAST(%s AS BIGINT) + %d)`, now, now, clockDiffers)
}

// outOfReach is the condition of schedules whose next time is further away than one interval, or a day.
func outOfReach(now string) string {
	return fmt.Sprintf(`next_at > CAST(%s AS BIGINT) + %d + 1000000 * CASE WHEN every_seconds > 0 THEN every_seconds ELSE 90000 END`, now, clockDiffers)
}

// deadNodes returns the other nodes that have jobs and have ended.
func (s *Snapshot) deadNodes(own string) (dead []string, err error) {
	var nodes []string
	for row, err := range s.rows(`SELECT DISTINCT node FROM job WHERE node <> '' AND node <> $1`, own) {
		if err != nil {
			return nil, err
		}
		var node string
		if err := row.Scan(&node); err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	for _, node := range nodes {
		gone, err := s.gone(node)
		if err != nil {
			return nil, err
		}
		if gone {
			dead = append(dead, node)
		}
	}
	return dead, nil
}

// jobLostDetail says why a job is taken up again, or fails.
const jobLostDetail = "the process that did it ended before it came to its end"

// TakeOverJobs queues the jobs of nodes that ended, for the next one that claims. What has been tried too often fails,
// since it may be the job that ends them. It returns how many jobs it took from them.
func (tx *Tx) TakeOverJobs(own string) (taken int64, err error) {
	dead, err := tx.deadNodes(own)
	if err != nil {
		return 0, err
	}
	for _, node := range dead {
		n, err := tx.ExecCount(`UPDATE job SET node = '', asked = '', error = $3, run_at = $2,
			state = CASE WHEN asked = 'cancel' THEN 'cancelled' WHEN asked = 'pause' THEN 'paused' WHEN attempts >= max_attempts THEN 'failed' ELSE 'queued' END,
			finished_at = CASE WHEN asked = 'cancel' OR asked = '' AND attempts >= max_attempts THEN CAST($2 AS BIGINT) ELSE 0 END
			WHERE node = $1`, node, tx.by.At.UnixMicro(), jobLostDetail)
		if err != nil {
			return 0, err
		}
		taken += n
	}
	return taken, nil
}

// AskedJobs returns what was asked of the jobs that a node runs.
func (s *Snapshot) AskedJobs(node string) (map[int64]string, error) {
	var out map[int64]string
	for row, err := range s.rows(`SELECT id, asked FROM job WHERE node = $1 AND asked <> ''`, node) {
		if err != nil {
			return nil, err
		}
		var id int64
		var asked string
		if err := row.Scan(&id, &asked); err != nil {
			return nil, err
		}
		if out == nil {
			out = make(map[int64]string)
		}
		out[id] = asked
	}
	return out, nil
}

// JobEnd is what became of an attempt.
type JobEnd struct {
	State    string // JobDone, JobFailed, JobCancelled, JobPaused, or JobQueued to be tried again
	RunAt    int64  // of JobQueued
	Error    string
	Result   any  // of JobDone; nil: none
	Progress      // how far it came
	Void     bool // the attempt does not count: it was stopped, not failed
}

// EndJob notes what became of an attempt. mine is false if the job is not this node's any more, or ended in a
// transaction of its own: then nothing is changed.
func (tx *Tx) EndJob(j *Job, e JobEnd) (mine bool, err error) {
	result := ""
	if e.Result != nil {
		if result, err = toJSON(e.Result); err != nil {
			return false, err
		}
	}
	finished, less := tx.by.At.UnixMicro(), int64(0)
	if e.State == JobQueued || e.State == JobPaused {
		finished = 0
	}
	if e.Void {
		less = 1
	}
	n, err := tx.ExecCount(`UPDATE job SET state = $4, run_at = CASE WHEN CAST($5 AS BIGINT) > 0 THEN CAST($5 AS BIGINT) ELSE run_at END, error = $6, result = $7, done = $8, total = $9, doing = $10,
		finished_at = $11, attempts = attempts - $12, node = '', asked = '' WHERE id = $1 AND node = $2 AND attempts = $3 AND state = 'running'`,
		j.ID, j.Node, j.Attempts, e.State, e.RunAt, shortText(e.Error), result, e.Done, e.Total, shortText(e.Doing), finished, less)
	return n == 1, err
}

// HoldJob makes sure that a job is still this node's, and that it stays so until the transaction ends. What a job does
// once only, it does in a transaction that holds it. One that was taken over is a Conflict fault.
func (tx *Tx) HoldJob(j *Job) error {
	n, err := tx.ExecCount(`UPDATE job SET started_at = started_at WHERE id = $1 AND node = $2 AND attempts = $3 AND state = 'running'`, j.ID, j.Node, j.Attempts)
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "job %d was taken over by another process: nothing was changed", j.ID)
	}
	return err
}

// SetJobProgress stores how far a running job is.
func (tx *Tx) SetJobProgress(j *Job, p Progress) error {
	return tx.Exec(`UPDATE job SET done = $4, total = $5, doing = $6 WHERE id = $1 AND node = $2 AND attempts = $3 AND state = 'running'`,
		j.ID, j.Node, j.Attempts, p.Done, p.Total, shortText(p.Doing))
}

// DropJobs deletes up to limit jobs that ended before an instant (UTC microseconds).
func (tx *Tx) DropJobs(before int64, limit int) (int64, error) {
	return tx.ExecCount(`DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at > 0 AND finished_at < $1 ORDER BY finished_at, id LIMIT $2)`, before, limit)
}

// DropJobsOf is DropJobs for the jobs of a kind.
func (tx *Tx) DropJobsOf(kind string, before int64, limit int) (int64, error) {
	return tx.ExecCount(`DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at > 0 AND finished_at < $1 AND kind = $3
		ORDER BY finished_at, id LIMIT $2)`, before, limit, kind)
}
