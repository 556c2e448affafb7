package store

import (
	"encoding/hex"
	"iter"

	"postmeter/internal/domain/evidence"
)

// ChargedDeliveries yields the charged usage records of a list from one instant until before another, in UTC
// microseconds, in the order of time. Each names its log and its place in it. source is the one that bills on the
// list's server: what was reported counts too, and nothing else.
func (s *Snapshot) ChargedDeliveries(listID, from, until int64, source string) iter.Seq2[evidence.Delivery, error] {
	return func(yield func(evidence.Delivery, error) bool) {
		for row, err := range s.rows(`SELECT u.at, u.source, u.recipients, u.bytes, u.position, coalesce(v.name, ''), g.format, g.head_hash
			FROM usage_record u JOIN generation g ON g.id = u.generation_id LEFT JOIN server v ON v.id = g.server_id
			WHERE u.list_id = $1 AND u.at >= $2 AND u.at < $3 AND u.charged AND u.source IN ('reported', $4)
			ORDER BY u.at, u.generation_id, u.position`, listID, from, until, source) {
			d := evidence.Delivery{List: listID}
			var head []byte
			if err == nil {
				err = row.Scan(&d.At, &d.Source, &d.Recipients, &d.Bytes, &d.Log.Offset, &d.Log.Server, &d.Log.Format, &head)
				d.Log.Head = hex.EncodeToString(head)
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}
