package store

import (
	"strings"

	"postmeter/internal/domain/period"
)

// newUsage finds drafts of two months and those between, among those for which a condition holds: by lists that are
// assigned, by sites, and by whole servers. Each way goes from a draft to its rows by their keys.
func newUsage(condition, first, last string) string {
	const months = ` JOIN usage_month m ON m.list_id = {list} AND m.month BETWEEN {first} AND {last} AND m.revision > b.usage_revision
		WHERE b.state = 'draft' AND {condition}`
	const assigned = `SELECT b.id FROM bill b JOIN object_assignment o ON o.customer_id = b.customer_id `
	return strings.NewReplacer("{condition}", condition, "{first}", first, "{last}", last).Replace(
		assigned + `AND o.list_id > 0` + strings.Replace(months, "{list}", "o.list_id", 1) + ` UNION ` +
			assigned + `AND o.list_id = 0 AND o.site <> '' JOIN list_name n ON n.server_id = o.server_id AND n.site = o.site` +
			strings.Replace(months, "{list}", "n.list_id", 1) + ` UNION ` +
			assigned + `AND o.list_id = 0 AND o.site = '' JOIN list_name n ON n.server_id = o.server_id` +
			strings.Replace(months, "{list}", "n.list_id", 1))
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
