package store

import (
	"strings"

	"postmeter/internal/domain/period"
)

// newUsage finds drafts of two months and those between, among those for which a condition holds.
func newUsage(condition, first, last string) string {
	return strings.NewReplacer("{condition}", condition, "{first}", first, "{last}", last).Replace(
		`SELECT b.id FROM bill b WHERE b.state = 'draft' AND {condition} AND (
		EXISTS (SELECT 1 FROM object_assignment o JOIN usage_month m ON m.list_id = o.list_id
			WHERE o.customer_id = b.customer_id AND o.list_id > 0 AND m.month BETWEEN {first} AND {last} AND m.revision > b.usage_revision)
		OR EXISTS (SELECT 1 FROM object_assignment o JOIN list_name n ON n.server_id = o.server_id AND (o.site = '' OR n.site = o.site)
			JOIN usage_month m ON m.list_id = n.list_id
			WHERE o.customer_id = b.customer_id AND o.list_id = 0 AND m.month BETWEEN {first} AND {last} AND m.revision > b.usage_revision))`)
}

// DraftsWithNewUsage returns the ids of a period's drafts that were made before usage of one of their months came in,
// or was corrected, for a list that the customer may have: one assigned to it, or one of its sites or servers. Some of
// the latter may be another's, so a draft that is named may come out the same when it is run again.
func (s *Snapshot) DraftsWithNewUsage(p period.Period) (map[int64]bool, error) {
	out := map[int64]bool{}
	for row, err := range s.rows(newUsage(`b.start_day = $1 AND b.end_day = $2`, "$3", "$4"),
		int64(p.Start), int64(p.End), int64(p.Start.Month()), int64(p.End.Month())) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, nil
}
