package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/kinds"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/stage/office"
)

// spareLogs is how many empty rows for logs the form has.
const spareLogs = 2

// serverFields are the fields of a server; their names are those of the provider file. A server keeps its name, which
// commands, files and bills use.
func serverFields(edit bool, logs int) []web.Field {
	var fields []web.Field
	stays := "Leave empty to keep what is stored."
	if !edit {
		fields = append(fields, web.Field{Name: "name", Label: "Name", Required: true, Max: 200, Help: "Lists, files and bills use it. It cannot be changed later."})
		stays = "It is stored encrypted, and never shown again."
	}
	fields = append(fields,
		web.Field{Name: "host", Label: "Host Name", Required: true, Max: 200},
		web.Field{Name: "kind", Label: "Kind", Kind: web.Select, Options: serverKinds},
		web.Field{Name: "url", Label: "URL", Help: "Where its API is, such as http://lists.example.org:8001/3.1 for Mailman."},
		web.Field{Name: "user", Label: "User"},
		web.Field{Name: "password", Label: "Password", Kind: web.Password, Complete: "new-password", Help: stays},
		web.Field{Name: "token", Label: "Token", Kind: web.Password, Complete: "new-password", Help: "Instead of a password, where the server gives tokens."},
		web.Field{Name: "comments", Label: "Comments", Kind: web.Lines},
		web.Field{Name: "time_zone", Label: "Time zone", Help: "For times without a zone in its logs, such as Europe/Berlin."},
		web.Field{Name: "billed_source", Label: "Billed size", Kind: web.Choice, Options: billedSizes},
		web.Field{Name: "average_bytes", Label: "Size where none is told", Kind: web.Number, Unit: "bytes", Help: "Of one message, where the server counts mails without their sizes. 51,200 bytes are 50 KB."},
		web.Field{Name: "service_senders", Label: "Service senders", Kind: web.Lines, List: true, Help: "Their mail is counted and not charged. One address or pattern a line, such as *-bounces@example.org."})
	formats := []web.Option{{Value: "", Label: "none"}}
	for _, name := range []string{maillog.Mailman3, maillog.Mailman3Default, maillog.Postfix} {
		formats = append(formats, web.Option{Value: name, Label: name})
	}
	for i := range logs {
		at, n := "logs["+strconv.Itoa(i)+"].", strconv.Itoa(i+1)
		fields = append(fields,
			web.Field{Name: at + "path", Label: "Log " + n},
			web.Field{Name: at + "format", Label: "Format of log " + n, Kind: web.Select, Options: formats},
			web.Field{Name: at + "rotated", Label: "Rotated files of log " + n})
	}
	return fields
}

func serverSpec(edit bool, logs int) *web.FormSpec {
	return &web.FormSpec{Submit: "Save", Fields: serverFields(edit, logs)}
}

// serverNew shows the form of a new server.
func (s *site) serverNew(c *web.Context) error {
	f := web.NewForm(serverSpec(false, spareLogs), c.R.URL.Path, "/servers", nil)
	for name, value := range map[string]string{"kind": "mailman3", "time_zone": "UTC", "billed_source": hosting.Sources[0], "average_bytes": strconv.Itoa(hosting.DefaultAverageBytes)} {
		f.Values.Set(name, value)
	}
	return serverFormPage(c, http.StatusOK, "Create New Server", serverCrumbs, f)
}

func serverFormPage(c *web.Context, status int, title string, crumbs []web.Crumb, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: crumbs}, serverFormView(f))
}

// serverCreate makes a server.
func (s *site) serverCreate(c *web.Context) error {
	f, err := web.ReadForm(c, serverSpec(false, logRows(c)), "/servers")
	if err != nil {
		return err
	}
	checkServer(f, "")
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			id, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Servers, Fields: serverOf(f)}, s.Vault)
			return pathOf("/servers", id), f.Get("name") + " is created. Validate it next, and then sync it.", err
		},
		Show: func(status int) error { return serverFormPage(c, status, "Create New Server", serverCrumbs, f) },
	})
}

// serverEdit shows the form of a stored server.
func (s *site) serverEdit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	seen, err := office.Show(c.Ctx(), s.DB, office.Servers, id)
	if err != nil {
		return err
	}
	rows := spareLogs
	if logs := seen.Lookup("logs"); logs != nil {
		rows += len(logs.Items)
	}
	return s.serverEditPage(c, http.StatusOK, id, web.EditForm(serverSpec(true, rows), c.R.URL.Path, pathOf("/servers", id), &seen))
}

func (s *site) serverEditPage(c *web.Context, status int, id int64, f *web.Form) error {
	name := text(f.Seen, "name")
	return serverFormPage(c, status, "Edit "+name, []web.Crumb{serverCrumbs[0], {Label: name, Path: pathOf("/servers", id)}}, f)
}

// serverSave saves a stored server.
func (s *site) serverSave(c *web.Context) error {
	id, name, err := s.serverName(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, serverSpec(true, logRows(c)), pathOf("/servers", id))
	if err != nil {
		return err
	}
	checkServer(f, "stored")
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			_, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Servers, ID: id, Fields: serverOf(f), Seen: f.Seen}, s.Vault)
			return pathOf("/servers", id), name + " is saved.", err
		},
		Now:  func() (doc.Node, error) { return office.Show(c.Ctx(), s.DB, office.Servers, id) },
		Show: func(status int) error { return s.serverEditPage(c, status, id, f) },
	})
}

// logRows is how many rows for logs came back, at most as many as a server may have and some.
func logRows(c *web.Context) int {
	const most = 110
	n := 0
	for n < most && c.R.FormValue("logs["+strconv.Itoa(n)+"].format") != "" || n < most && c.R.FormValue("logs["+strconv.Itoa(n)+"].path") != "" {
		n++
	}
	return max(n+spareLogs, spareLogs)
}

// serverOf is what was typed, without the rows of logs that are empty.
func serverOf(f *web.Form) doc.Node {
	n := f.Fields()
	for i := range n.Fields {
		if n.Fields[i].Name != "logs" {
			continue
		}
		logs := &n.Fields[i].Value
		logs.Items = slices.DeleteFunc(logs.Items, func(one doc.Node) bool {
			return text(&one, "path") == "" && text(&one, "format") == "" && text(&one, "rotated") == ""
		})
	}
	return n
}

// checkServer finds an address that cannot be asked. secret stands for one that is stored.
func checkServer(f *web.Form, secret string) {
	if typed := f.Get("password") + f.Get("token"); typed != "" {
		secret = typed
	}
	_, err := kinds.Open(listserver.Address{Kind: f.Get("kind"), Host: f.Get("host"), URL: f.Get("url"), User: f.Get("user"), Secret: secret}, kinds.Options{})
	if err == nil {
		return
	}
	var list fault.List
	list.AddError("", err)
	for _, one := range list {
		place := one.Place
		if place == "" {
			place = "url"
		}
		f.Faults.Add(place, "%s", strings.TrimSpace(one.Message))
	}
}
