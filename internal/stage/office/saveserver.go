package office

import (
	"context"
	"errors"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
)

// ServerOrder is a server to be saved.
type ServerOrder struct {
	Server hosting.Server
	New    bool   // it must not be there yet; else it must
	Secret string // its password or token; "" keeps what is stored
}

// SaveServer adds a server, or changes the one of that name, with the same checks as an import of the provider file. The
// places of faults are names of fields, such as time_zone. vault is asked only for a secret.
func SaveServer(ctx context.Context, db *store.DB, by store.By, o ServerOrder, vault Vault) error {
	node := serverNode(&o.Server)
	if o.Secret != "" {
		node.Add("password", doc.TextNode(o.Secret))
	}
	var root doc.Node
	root.Add("servers", doc.Node{Kind: doc.Array, Items: []doc.Node{node}})
	im := &importer{vault: vault, files: []*file{{r: doc.NewReader(&root), root: &root}}}
	return db.Write(ctx, by, func(tx *store.Tx) error {
		im.tx = tx
		if err := im.oneServer(o); err != nil {
			return err
		}
		return im.write()
	})
}

// oneServer reads the one server of an importer.
func (im *importer) oneServer(o ServerOrder) error {
	if err := im.tx.Lock("import", 0); err != nil {
		return err
	}
	stored, err := im.tx.Servers()
	if err != nil {
		return err
	}
	is := false
	for i := range stored {
		is = is || stored[i].Name == o.Server.Name
	}
	switch {
	case is && o.New:
		return fault.New(fault.Conflict, "there is a server %q already; nothing was changed: give the new one another name, or change it by import", o.Server.Name)
	case !is && !o.New:
		return fault.New(fault.NotFound, "there is no server %q", o.Server.Name)
	}
	if err := im.readServers(); err != nil {
		return err
	}
	im.files[0].r.Done()
	return inField(im.files[0].r.Err())
}

// inField takes the place of the one server out of the places of faults.
func inField(err error) error {
	var list fault.List
	if err == nil || !errors.As(err, &list) {
		return err
	}
	out := make(fault.List, len(list))
	for i, e := range list {
		c := *e
		c.Place = strings.TrimPrefix(strings.TrimPrefix(c.Place, "servers[0]"), ".")
		out[i] = &c
	}
	return out
}
