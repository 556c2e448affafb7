package office

import (
	"slices"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Limits of a server.
const (
	maxServiceSenders = 200     // sender patterns
	maxAverageBytes   = 1 << 30 // of a message
)

func (im *importer) readServers() error {
	stored, err := im.tx.Servers()
	if err != nil {
		return err
	}
	im.servers, im.serverIDs = make(map[string]*hosting.Server, len(stored)), make(map[string]int64, len(stored))
	for i := range stored {
		im.servers[stored[i].Name], im.serverIDs[stored[i].Name] = &stored[i], stored[i].ID
	}
	im.storedServers = make(map[string]bool, len(stored))
	for i := range stored {
		im.storedServers[stored[i].Name] = true
	}
	seen := map[string]string{}
	for _, f := range im.files {
		f.r.Each("servers", func(_ int, r *doc.Reader) {
			key := name(r, "name")
			once(r, "name", seen, f, key)
			im.readServer(r, key)
			r.Done()
		})
	}
	return nil
}

// once notes that the files name a thing. A second time is a fault.
func once(r *doc.Reader, field string, seen map[string]string, f *file, key string) {
	if key == "" {
		return // a fault already
	}
	if first, again := seen[key]; again {
		r.Fault(field, "%q is given twice, first in %s", key, first)
		return
	}
	seen[key] = f.name + ": " + r.Path()
}

func (im *importer) readServer(r *doc.Reader, key string) {
	stored := im.servers[key]
	v := hosting.NewServer(key)
	if stored != nil {
		v = *stored
	}
	text(r, "host", &v.Host)
	choice(r, "kind", &v.Kind, hosting.Kinds[0], hosting.Kinds)
	text(r, "url", &v.URL)
	text(r, "user", &v.User)
	if r.Given("time_zone") {
		v.TimeZone = r.Text("time_zone", "UTC")
		_, err := period.LoadZone(v.TimeZone)
		r.FaultError("time_zone", err)
	}
	text(r, "comments", &v.Comments)
	if stored == nil {
		v.BilledSource = hosting.SourceOf(v.Kind)
	}
	choice(r, "billed_source", &v.BilledSource, hosting.SourceOf(v.Kind), hosting.Sources)
	if r.Given("service_senders") {
		v.ServiceSenders = emptyIsNil(r.Texts("service_senders"))
		if len(v.ServiceSenders) > maxServiceSenders {
			r.Fault("service_senders", "has %d items: at most %d are allowed", len(v.ServiceSenders), maxServiceSenders)
		}
	}
	if r.Given("average_bytes") {
		v.AverageBytes = r.Whole("average_bytes", hosting.DefaultAverageBytes)
		if v.AverageBytes < 1 || v.AverageBytes > maxAverageBytes {
			r.Fault("average_bytes", "must be from 1 to %d", int64(maxAverageBytes))
		}
	}
	if r.Given("logs") {
		v.Logs = readLogs(r)
	}
	server := &v
	im.servers[key] = server
	im.saveServer(stored, server)
	im.readServerSecret(r, server)
}

func (im *importer) saveServer(stored, v *hosting.Server) {
	change := store.Change{Entity: "server", Action: "changed"}
	switch {
	case stored == nil:
		im.report.Servers.Added++
		change.Action = "created"
		change.After = raw(serverNode(v))
		im.save(func() error {
			err := im.tx.InsertServer(v)
			im.serverIDs[v.Name] = v.ID
			return err
		})
	case v.Equal(*stored):
		im.report.Servers.Unchanged++
		return
	default:
		im.report.Servers.Changed++
		before, after := changedFields(serverNode(stored), serverNode(v))
		change.Before, change.After = raw(before), raw(after)
		im.save(func() error { return im.tx.UpdateServer(v) })
	}
	im.record(func() store.Change {
		change.EntityID = v.ID
		return change
	})
}

// readServerSecret takes a password or a token. It is never given out again, not even in a message.
func (im *importer) readServerSecret(r *doc.Reader, v *hosting.Server) {
	password, token := r.Text("password", ""), r.Text("token", "")
	if password != "" && token != "" {
		r.Fault("token", "stands beside a password: a server has one of them")
	}
	secret := password + token
	if secret == "" {
		return
	}
	im.save(func() error {
		old, err := im.tx.ServerSecret(v.ID)
		if err != nil {
			return err
		}
		sealed, err := im.sealed(old, secret, hosting.SecretAbout(v.ID))
		if err != nil || sealed == nil {
			return err
		}
		im.recordSecret("server", func() int64 { return v.ID })
		return im.tx.SaveServerSecret(v.ID, sealed)
	})
}

func emptyIsNil(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	return slices.Clip(texts)
}
