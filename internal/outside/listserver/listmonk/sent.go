package listmonk

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/hosting"
)

type campaign struct {
	UUID    string    `json:"uuid"`
	Name    string    `json:"name"`
	Status  string    `json:"status"`
	Sent    int64     `json:"sent"`
	Updated time.Time `json:"updated_at"`
	Lists   []struct {
		ID   *int64 `json:"id"` // none when the list was deleted
		Name string `json:"name"`
	} `json:"lists"`
}

// Sent returns the counters of all campaigns that sent something, running ones too, and were changed after since. A campaign to several
// lists counts on the oldest of them that is still there, with a note. Mails that are no campaign, such as transactional ones, are
// in no counter of listmonk's.
func (s *Server) Sent(ctx context.Context, since time.Time) ([]hosting.Sent, error) {
	campaigns, err := all[campaign](ctx, s, "campaigns", url.Values{"no_body": {"true"}, "order_by": {"created_at"}, "order": {"asc"}})
	if err != nil {
		return nil, err
	}
	lists, err := s.minimal(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.names(lists)
	if err != nil {
		return nil, err
	}
	ids := make(map[int64]string, len(lists))
	for _, l := range lists {
		ids[l.ID] = l.UUID
	}
	var sent []hosting.Sent
	seen := map[string]bool{}
	for _, c := range campaigns {
		if c.UUID == "" || seen[c.UUID] || c.Sent < 0 {
			return nil, s.api.Odd("named a campaign twice, without its uuid, or with a count below zero")
		}
		seen[c.UUID] = true
		if c.Sent > 0 && (since.IsZero() || c.Updated.After(since)) {
			sent = append(sent, s.counter(c, ids, names))
		}
	}
	return sent, nil
}

// counter says what a campaign sent, and on which list it counts.
func (s *Server) counter(c campaign, ids, names map[int64]string) hosting.Sent {
	v := hosting.Sent{Key: c.UUID, Site: s.site, Count: c.Sent, At: c.Updated.UTC()}
	var oldest int64
	var all []string
	for _, l := range c.Lists {
		all = append(all, clean(l.Name))
		if l.ID != nil && ids[*l.ID] != "" && (oldest == 0 || *l.ID < oldest) {
			oldest = *l.ID
		}
	}
	slices.Sort(all)
	notes := []string{"campaign " + clean(c.Name)}
	if len(all) > 1 {
		notes = append(notes, "sent to several lists: "+strings.Join(all, ", "))
	}
	switch {
	case oldest != 0:
		v.List, v.RemoteID = names[oldest], ids[oldest]
	case len(all) > 0:
		v.List = all[0]
		notes = append(notes, "the list was deleted")
	default:
		notes = append(notes, "the list is not known")
	}
	v.Note = strings.Join(notes, "; ")
	return v
}
