package store

import "postmeter/internal/domain/period"

// Seeder loads a synthetic provider straight into the tables, in bulk. Rows of one table come in the order of their
// keys where that is cheap, so that a large database stays as compact as one that grew. It ends with its
// transaction; Flush must be called before.
type Seeder struct {
	tx     *Tx
	tables map[string]*Bulk
	order  []string // tables in the order of their foreign keys
	words  wordLoad

	unassigned map[int64]bool // lists that nobody has
}

// seedTables lists the tables that a Seeder fills, with their columns, parents first.
var seedTables = []struct {
	name    string
	columns []string
}{
	{"server", []string{"id", "name", "host", "kind", "url", "username", "secret_sealed", "time_zone", "comments",
		"billed_source", "service_senders", "synced_at", "revision"}},
	{"list", []string{"id", "start_day", "end_day", "gone_day"}},
	{"list_name", []string{"list_id", "first_day", "last_day", "server_id", "site", "name", "remote_id"}},
	{"plan", []string{"id", "code", "name", "description", "limits"}},
	{"plan_version", []string{"id", "plan_id", "first_day", "definition"}},
	{"charge", []string{"id", "code", "name", "description"}},
	{"charge_version", []string{"id", "charge_id", "first_day", "definition"}},
	{"customer", []string{"id", "company", "contact", "email", "additional_addresses", "phone", "type", "active",
		"payment_method", "start_day", "end_day", "salespeople", "note", "invoice_template", "web_template",
		"card_type", "card_last4", "card_expiration", "house", "information", "revision", "created_at"}},
	{"billing_group", []string{"customer_id", "id", "position", "name"}},
	{"plan_assignment", []string{"customer_id", "id", "group_id", "position", "plan_id", "start_day", "end_day", "description"}},
	{"charge_assignment", []string{"customer_id", "id", "group_id", "position", "charge_id", "amount", "quantity",
		"start_day", "end_day", "description", "billed"}},
	{"object_assignment", []string{"customer_id", "id", "group_id", "position", "server_id", "site", "list_id",
		"start_day", "end_day", "free", "description"}},
	{"generation", []string{"id", "server_id", "format", "head_hash", "read_offset", "prefix_hash", "state", "first_at",
		"last_at", "records", "counted", "already_known", "unknown_list", "unparsed", "alert", "seen_at"}},
	{"usage_record", []string{"list_id", "at", "generation_id", "position", "source", "charged", "recipients", "bytes", "line_hash"}},
	{"usage_sum", []string{"list_id", "day", "source", "charged", "kb", "messages", "recipients", "recipient_bytes"}},
	{"usage_month", []string{"list_id", "month", "messages", "recipients", "recipient_bytes", "revision"}},
	{"member_reading", []string{"list_id", "day", "members"}},
}

// Seeder starts a load.
func (tx *Tx) Seeder() *Seeder {
	s := &Seeder{tx: tx, tables: map[string]*Bulk{}, unassigned: map[int64]bool{}}
	for _, t := range seedTables {
		s.tables[t.name] = tx.Bulk(t.name, "", t.columns...)
		s.order = append(s.order, t.name)
	}
	return s
}

// add adds a row to a table. Where that would write the table's rows, those of its parents are written before.
func (s *Seeder) add(table string, row ...any) error {
	bulk := s.tables[table]
	if bulk.nextIsLast() {
		for _, parent := range s.order {
			if parent == table {
				break
			}
			if err := s.tables[parent].Flush(); err != nil {
				return err
			}
		}
	}
	return bulk.Add(row...)
}

// HasCustomers says whether the database holds any customer.
func (s *Snapshot) HasCustomers() (bool, error) {
	var id int64
	return s.one(`SELECT id FROM customer LIMIT 1`, nil, &id)
}

// Flush writes what was added, parents first.
func (s *Seeder) Flush() error {
	for _, name := range s.order {
		if err := s.tables[name].Flush(); err != nil {
			return err
		}
	}
	for id := range s.unassigned {
		s.tx.reassigned(id)
	}
	clear(s.unassigned)
	words := s.words
	s.words = nil
	return words.store(s.tx)
}

// SeedServer is a hosting server of a synthetic provider.
type SeedServer struct {
	ID             int64
	Name, Host     string
	SyncedAt       int64 // UTC microseconds
	ServiceSenders string
}

// Server adds a Mailman server whose own log bills.
func (s *Seeder) Server(v SeedServer) error {
	return s.add("server", v.ID, v.Name, v.Host, "mailman3", "", "", nil, "UTC", "synthetic", "listserver",
		v.ServiceSenders, v.SyncedAt, int64(0))
}

// List adds a list with the one name that it ever had.
func (s *Seeder) List(id, server int64, site, name string) error {
	s.unassigned[id] = true
	if err := s.add("list", id, int64(period.First), int64(period.Last), nil); err != nil {
		return err
	}
	return s.add("list_name", id, int64(period.First), int64(period.Last), server, site, name, name+"."+site)
}

// Plan adds a plan with its first version.
func (s *Seeder) Plan(id, version int64, code, name, description, limits, definition string) error {
	if err := s.add("plan", id, code, name, description, limits); err != nil {
		return err
	}
	return s.add("plan_version", version, id, int64(period.First), definition)
}

// Charge adds a charge with its first version.
func (s *Seeder) Charge(id, version int64, code, name, description, definition string) error {
	if err := s.add("charge", id, code, name, description); err != nil {
		return err
	}
	return s.add("charge_version", version, id, int64(period.First), definition)
}
