package admin

import "postmeter/internal/face/web"

// indexEntry is a page that an index leads to.
type indexEntry struct {
	Label, Path, Help string
	Links             []web.Crumb // parts of it
}

// utilityPages are the utilities; each is shown to those who may.
var utilityPages = []indexEntry{
	{Label: "Assign Lists to Customers", Path: unassignedPath, Help: "Lists that nobody has, so that what they send is on no bill. Give them to a customer, also for the past."},
	{Label: "Find Administrator", Path: adminSearchPath, Help: "The lists that somebody owns or moderates, on all servers, as their last syncs told."},
	{Label: "Find Member", Path: memberSearchPath, Help: "The lists that somebody is on. All servers are asked at once, and members can be taken off lists."},
	{Label: "Change Admins", Path: "/admins", Help: "Who may sign in here, with which role, and their passwords."},
	{Label: "Jobs", Path: "/jobs", Help: "What runs in the background, and what ran in the last 30 days."},
}

// visible are the entries that somebody may see.
func visible(c *web.Context, all []indexEntry) []indexEntry {
	var out []indexEntry
	for _, e := range all {
		if c.Exists(pathOnly(e.Path)) {
			out = append(out, e)
		}
	}
	return out
}

// utilities is the index of the utilities.
func (s *site) utilities(c *web.Context) error {
	return c.Render(web.Page{Title: "Utilities", Lead: "What is needed now and then."}, indexView(visible(c, utilityPages)))
}
