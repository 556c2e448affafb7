package store

import (
	"strconv"

	"postmeter/internal/domain/period"
)

// ListUsage is what one list sent, on days that nobody may have to pay for.
type ListUsage struct {
	ListID     int64
	ServerID   int64
	Place      string // server/site/list
	Days       period.Period
	Messages   int64
	Recipients int64
	ByDay      []UsedOnDay // in the order of days, where it was asked for; a day may come twice
}

// UnassignedLists calls each with the usage, up to a day, of every list that was never assigned to anyone: neither
// itself, nor its site, nor its server. Only what would be charged counts. byDay asks for what was sent on each day, too.
func (s *Snapshot) UnassignedLists(until period.Date, byDay bool, each func(ListUsage) error) error {
	after := int64(0)
	for {
		ids, err := s.neverAssigned(after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		if err := s.usageOf(newIDSet(ids), until, byDay, each); err != nil {
			return err
		}
	}
}

func (s *Snapshot) usageOf(set *idSet, until period.Date, byDay bool, each func(ListUsage) error) error {
	by := "list_id, source"
	if byDay {
		by += ", day"
	}
	places := make([]ListUsage, len(set.ids))
	sources := make([]string, len(set.ids))
	err := set.each(s, `SELECT n.list_id, n.server_id, s.name, n.site, n.name, s.billed_source FROM list_name n
		JOIN server s ON s.id = n.server_id WHERE {ids} ORDER BY n.first_day`, "n.list_id", nil, func(at int, r *rawRow) error {
		places[at] = ListUsage{ListID: r.int(0), ServerID: r.int(1), Place: r.text(2) + "/" + r.text(3) + "/" + r.text(4)}
		sources[at] = r.text(5)
		return nil
	})
	if err != nil {
		return err
	}
	err = set.each(s, `SELECT list_id, source, min(day), max(day), CAST(sum(messages) AS BIGINT), CAST(sum(recipients) AS BIGINT)
		FROM usage_sum WHERE {ids} AND day <= $1 AND charged GROUP BY `+by+` ORDER BY 1, 3`, "list_id", []any{int64(until)},
		func(at int, r *rawRow) error {
			if source := r.text(1); source != "reported" && source != sources[at] {
				return nil
			}
			v := &places[at]
			found := days(r, 2)
			if v.Messages != 0 || v.Recipients != 0 {
				found = period.Period{Start: min(found.Start, v.Days.Start), End: max(found.End, v.Days.End)}
			}
			v.Days = found
			v.Messages += r.int(4)
			v.Recipients += r.int(5)
			if byDay {
				v.ByDay = append(v.ByDay, UsedOnDay{period.Date(r.int(2)), r.int(4), r.int(5)})
			}
			return nil
		})
	if err != nil {
		return err
	}
	for i := range places {
		if places[i].Recipients > 0 {
			if err := each(places[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// UnknownListUsage is usage of a list that nobody knows, as a log names it.
type UnknownListUsage struct {
	ServerID        int64
	Server          string
	Key             string
	FirstAt, LastAt int64 // UTC microseconds
	Messages        int64
	Recipients      int64
}

// quarterHour is within one civil day, whatever the time zone; in microseconds.
const quarterHour = 15 * 60 * 1_000_000

// UnknownLists calls each with the usage, before an instant, of every list that nobody knows, by server and name; only
// what would be charged counts. byQuarter calls it for each quarter of an hour of a list instead, in order, so that days can be made of them.
func (s *Snapshot) UnknownLists(before int64, byQuarter bool, each func(UnknownListUsage) error) error {
	by := "s.id, s.name, u.list_key"
	if byQuarter {
		by += ", u.at / " + strconv.Itoa(quarterHour)
	}
	return s.raw(`SELECT s.id, s.name, u.list_key, min(u.at), max(u.at), count(*), CAST(sum(u.recipients) AS BIGINT)
		FROM usage_unknown u JOIN server s ON s.id = u.server_id
		WHERE u.charged AND u.at < $1 AND u.source IN ('reported', s.billed_source)
		GROUP BY `+by+` ORDER BY s.name, u.list_key, 4`, []any{before}, func(r *rawRow) error {
		return each(UnknownListUsage{r.int(0), r.text(1), r.text(2), r.int(3), r.int(4), r.int(5), r.int(6)})
	})
}

// PlaceClaim is an assignment of a site, or of a whole server (Site is empty), to anyone.
type PlaceClaim struct {
	Site  string
	Dates period.Period
}

// PlaceClaims returns who has a site or its server, on which days.
func (s *Snapshot) PlaceClaims(serverID int64, site string) (out []PlaceClaim, err error) {
	err = s.raw(`SELECT site, start_day, end_day FROM object_assignment WHERE list_id = 0 AND server_id = $1 AND site IN ($2, '')`,
		[]any{serverID, site}, func(r *rawRow) error {
			out = append(out, PlaceClaim{r.text(0), days(r, 1)})
			return nil
		})
	return out, err
}
