package office

import (
	"context"
	"slices"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/money"
	"postmeter/internal/store"
)

// Writer takes a document field by field.
type Writer interface {
	Field(name string, value *doc.Node)
	Begin(name string)
	Item(value *doc.Node)
	End()
}

// exportBatch is how many customers are in memory at a time.
const exportBatch = 500

// Export writes everything that the provider file can hold, as of one instant, in an order that depends on names
// alone: an import into an empty database and another export give the same. One-time charges that were billed say so,
// and the credit is the present one. Secrets are never written.
func Export(ctx context.Context, db *store.DB, to Writer) error {
	return db.Read(ctx, func(s *store.Snapshot) error {
		e := &exporter{s: s, to: to}
		for _, part := range []func() error{e.writeSettings, e.writeServers, e.writeLists, e.writeCustomers} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
}

type exporter struct {
	s        *store.Snapshot
	to       Writer
	currency money.Currency
	plans    map[int64]string
	charges  map[int64]string
	servers  map[int64]string
}

func (e *exporter) writeSettings() error {
	all, err := e.s.Settings()
	if err != nil {
		return err
	}
	e.currency = all.Currency
	company := companyNode(&all.Company)
	if all.Company.Logo != "" {
		company.Add("logo", doc.TextNode(all.Company.Logo))
	}
	e.field("company", company)
	e.field("currency", doc.TextNode(all.Currency.Code()))
	e.field("time_zone", doc.TextNode(all.TimeZone))
	if err := e.writeCatalog(); err != nil {
		return err
	}
	e.field("settings", settingsNode(&all))
	return nil
}

func (e *exporter) field(name string, value doc.Node) { e.to.Field(name, &value) }

func (e *exporter) item(value doc.Node) { e.to.Item(&value) }

func (e *exporter) writeCatalog() error {
	plans, err := e.s.Plans()
	if err != nil {
		return err
	}
	e.plans = make(map[int64]string, len(plans))
	e.to.Begin("plans")
	for i := range plans {
		e.plans[plans[i].ID] = plans[i].Code
		if err := canonicalPlan(&plans[i]); err != nil {
			return err
		}
		e.item(planNode(&plans[i]))
	}
	e.to.End()
	charges, err := e.s.Charges()
	if err != nil {
		return err
	}
	e.charges = make(map[int64]string, len(charges))
	e.to.Begin("charges")
	for i := range charges {
		e.charges[charges[i].ID] = charges[i].Code
		if err := canonicalCharge(&charges[i]); err != nil {
			return err
		}
		e.item(chargeNode(&charges[i]))
	}
	e.to.End()
	return nil
}

func (e *exporter) writeServers() error {
	servers, err := e.s.Servers()
	if err != nil {
		return err
	}
	e.servers = make(map[int64]string, len(servers))
	e.to.Begin("servers")
	for i := range servers {
		e.servers[servers[i].ID] = servers[i].Name
		e.item(serverNode(&servers[i]))
	}
	e.to.End()
	return nil
}

func (e *exporter) writeLists() error {
	e.to.Begin("lists")
	err := e.s.Lists(func(v hosting.List) error {
		e.item(listNode(&v))
		return nil
	})
	e.to.End()
	return err
}

func (e *exporter) writeCustomers() error {
	e.to.Begin("customers")
	for after := ""; ; {
		batch, err := e.s.CustomersAfter(after, exportBatch)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			break
		}
		if err := e.writeBatch(batch); err != nil {
			return err
		}
		after = batch[len(batch)-1].Company
	}
	e.to.End()
	return nil
}

// creditAt is where the credit stands among the fields of a customer: after the dates.
const creditAt = 10

func (e *exporter) writeBatch(batch []customer.Customer) error {
	ids := make([]int64, len(batch))
	for i := range batch {
		ids[i] = batch[i].ID
	}
	groups, err := e.s.Groups(ids)
	if err != nil {
		return err
	}
	places, err := e.places(groups)
	if err != nil {
		return err
	}
	credits, err := e.s.Credits(ids)
	if err != nil {
		return err
	}
	for i := range batch {
		c := &batch[i]
		node := customerNode(c)
		credit := doc.TextNode(money.Amount{Minor: credits[c.ID].Balance, Currency: e.currency}.String())
		node.Fields = slices.Insert(node.Fields, creditAt, doc.Field{Name: "credit", Value: credit})
		all := doc.Node{Kind: doc.Array}
		for _, g := range groups[c.ID] {
			all.Items = append(all.Items, e.group(g, places))
		}
		node.Add("groups", all)
		e.item(node)
	}
	return nil
}

// places returns where the lists are that groups name.
func (e *exporter) places(groups map[int64][]*contract.Group) (map[int64]hosting.Place, error) {
	out := map[int64]hosting.Place{}
	var ids []int64
	for _, all := range groups {
		for _, g := range all {
			for i := range g.Objects {
				if id := g.Objects[i].ListID; id != 0 {
					if _, known := out[id]; !known {
						out[id] = hosting.Place{}
						ids = append(ids, id)
					}
				}
			}
		}
	}
	lists, err := e.s.ListsByID(ids)
	for _, v := range lists {
		out[v.ID] = v.Place
	}
	return out, err
}

func (e *exporter) group(g *contract.Group, places map[int64]hosting.Place) doc.Node {
	var plans, charges, objects []doc.Node
	for i := range g.Plans {
		plans = append(plans, planAssignmentNode(e.plans[g.Plans[i].PlanID], &g.Plans[i]))
	}
	for i := range g.Charges {
		canonical(&g.Charges[i])
		charges = append(charges, chargeAssignmentNode(e.charges[g.Charges[i].ChargeID], &g.Charges[i]))
	}
	for i := range g.Objects {
		a := &g.Objects[i]
		place := hosting.Place{Server: e.servers[a.ServerID], Site: a.Site}
		if a.ListID != 0 {
			place = places[a.ListID]
		}
		objects = append(objects, objectAssignmentNode(place, a))
	}
	return groupNode(g.Name, plans, charges, objects)
}
