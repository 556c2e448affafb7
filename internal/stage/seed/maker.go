package seed

import (
	"fmt"
	"time"

	"postmeter/internal/store"
)

// maker holds what is known from one batch to the next.
type maker struct {
	options                Options
	made                   *Made
	loc                    *time.Location
	firstPlan, firstCharge int64
	servers                []server
	revision               int64 // of usage
}

// server is a hosting server with the state of its log.
type server struct {
	id   int64
	name string
	log  store.SeedLog
}

// begin checks the database and stores what comes before customers.
func (m *maker) begin(tx *store.Tx) error {
	if err := ready(tx); err != nil {
		return err
	}
	if err := m.settings(tx); err != nil {
		return err
	}
	s := tx.Seeder()
	if err := m.catalog(tx, s); err != nil {
		return err
	}
	if err := m.addServers(tx, s); err != nil {
		return err
	}
	var err error
	if m.revision, err = tx.Bump("usage"); err != nil {
		return err
	}
	if err := tx.Record(store.Change{Entity: "provider", Action: "seeded", After: m.options}); err != nil {
		return err
	}
	return s.Flush()
}

// settings chooses what a provider must have chosen, and leaves alone what is there.
func (m *maker) settings(tx *store.Tx) error {
	set, err := tx.Settings()
	if err != nil {
		return err
	}
	if set.Company.Name == "" {
		set.Company.Name = "Example Lists"
		set.Company.Address = "1 Mail Street\nExample City"
		set.BillingAdminEmail = "billing@example.org"
	}
	set.CurrencyChosen = true
	if m.loc, err = set.Location(); err != nil {
		return err
	}
	_, err = tx.SaveSettings(set)
	return err
}

func (m *maker) addServers(tx *store.Tx, s *store.Seeder) error {
	n := min(maxServers, 1+(m.options.Customers-1)/customersPerServer)
	first, err := tx.NewIDs("server", n)
	if err != nil {
		return err
	}
	logs, err := tx.NewIDs("generation", n)
	if err != nil {
		return err
	}
	for i := range n {
		v := server{id: first + int64(i), name: fmt.Sprintf("lists%d", i+1)}
		v.log = store.SeedLog{ID: logs + int64(i), Server: v.id, SeenAt: tx.By().At.UnixMicro()}
		m.servers = append(m.servers, v)
		err := s.Server(store.SeedServer{ID: v.id, Name: v.name, Host: v.name + ".example.net",
			SyncedAt: tx.By().At.UnixMicro(), ServiceSenders: `["*-request@*"]`})
		if err != nil {
			return err
		}
	}
	m.made.Servers = int64(n)
	return nil
}

// finish stores how far each log was read.
func (m *maker) finish(tx *store.Tx) error {
	s := tx.Seeder()
	for i := range m.servers {
		v := &m.servers[i]
		v.log.Head = digest(m.options, v.name, "head")
		v.log.Prefix = digest(m.options, v.name, "prefix")
		if err := s.Log(&v.log); err != nil {
			return err
		}
	}
	return s.Flush()
}
