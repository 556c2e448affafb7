package store

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/period"
)

// NameSince returns the day since which a list has its present name; period.First for one that never had another.
func (s *Snapshot) NameSince(listID int64) (day period.Date, err error) {
	var first int64
	_, err = s.one(`SELECT max(first_day) FROM list_name WHERE list_id = $1`, []any{listID}, &first)
	return period.Date(first), err
}

// ListInUse says whether a list is assigned by itself, and names a final bill that has a line about it. Only customers who
// have its site or server may have one, when it is not assigned.
func (s *Snapshot) ListInUse(listID, serverID int64, site string) (assigned bool, billed string, err error) {
	if assigned, err = s.one(`SELECT 1 FROM object_assignment WHERE list_id = $1 LIMIT 1`, []any{listID}, new(int64)); err != nil {
		return false, "", err
	}
	_, err = s.one(`SELECT b.number FROM object_assignment o JOIN bill b ON b.customer_id = o.customer_id AND b.state = 'final'
		JOIN bill_line i ON i.customer_id = b.customer_id AND i.bill_id = b.id AND i.list_id = $1
		WHERE o.list_id = 0 AND o.server_id = $2 AND o.site IN ($3, '') LIMIT 1`, []any{listID, serverID, site}, &billed)
	return assigned, billed, err
}

// usageOfList are the statements, with ids in place of $1 to $3, by which the usage of list $1 becomes that of list $2. Records have positions in their
// logs, which are never those of two; sums add up. $3 is the new revision.
const usageOfList = `UPDATE usage_record SET list_id = $2 WHERE list_id = $1;
	INSERT INTO usage_sum (list_id, day, source, charged, kb, messages, recipients, recipient_bytes)
		SELECT $2, day, source, charged, kb, messages, recipients, recipient_bytes FROM usage_sum WHERE list_id = $1
		ON CONFLICT (list_id, day, source, charged, kb) DO UPDATE SET messages = usage_sum.messages + excluded.messages,
		recipients = usage_sum.recipients + excluded.recipients, recipient_bytes = usage_sum.recipient_bytes + excluded.recipient_bytes;
	INSERT INTO usage_month (list_id, month, messages, recipients, recipient_bytes, revision)
		SELECT $2, month, messages, recipients, recipient_bytes, $3 FROM usage_month WHERE list_id = $1
		ON CONFLICT (list_id, month) DO UPDATE SET messages = usage_month.messages + excluded.messages,
		recipients = usage_month.recipients + excluded.recipients, recipient_bytes = usage_month.recipient_bytes + excluded.recipient_bytes,
		revision = excluded.revision;
	INSERT INTO member_reading (list_id, day, members) SELECT $2, day, members FROM member_reading WHERE list_id = $1
		ON CONFLICT (list_id, day) DO UPDATE SET members = excluded.members;
	UPDATE usage_key SET list_id = $2 WHERE list_id = $1;
	DELETE FROM list_administrator WHERE list_id = $2;
	UPDATE list_administrator SET list_id = $2 WHERE list_id = $1;
	DELETE FROM usage_sum WHERE list_id = $1;
	DELETE FROM usage_month WHERE list_id = $1;
	DELETE FROM member_reading WHERE list_id = $1;
	DELETE FROM post_reading WHERE list_id IN ($1, $2);
	DELETE FROM list_sync WHERE list_id = $1;
	DELETE FROM list_name WHERE list_id = $1;
	DELETE FROM list_unassigned WHERE list_id = $1;
	DELETE FROM list WHERE id = $1`

// JoinLists makes a list that nothing refers to one with another: its usage, readings and administrators go over, and it
// is no more. Both servers' LockUsage must be held.
func (tx *Tx) JoinLists(from, into int64) error {
	revision, err := tx.Bump("usage")
	if err != nil {
		return err
	}
	values := strings.NewReplacer("$1", strconv.FormatInt(from, 10), "$2", strconv.FormatInt(into, 10), "$3", strconv.FormatInt(revision, 10))
	for statement := range strings.SplitSeq(values.Replace(usageOfList), ";") {
		if err := tx.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}
