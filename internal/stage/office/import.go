package office

import (
	"context"
	"errors"
	"time"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// File is a provider file that was parsed.
type File struct {
	Name string // as the operator calls it, for messages
	Root *doc.Node
}

// Vault seals secrets. about names what a secret belongs to: it opens for nothing else.
type Vault interface {
	Seal(secret, about string) ([]byte, error)
	Open(sealed []byte, about string) (string, error)
}

// Count says what became of the things of one kind that the files name.
type Count struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
}

// Report is what an import did.
type Report struct {
	SettingsChanged bool     `json:"settings_changed"`
	Plans           Count    `json:"plans"`
	Charges         Count    `json:"charges"`
	Servers         Count    `json:"servers"`
	Lists           Count    `json:"lists"`
	Customers       Count    `json:"customers"`
	AdoptedUsage    int64    `json:"adopted_usage"` // records of lists that were unknown when they were metered
	Warnings        []string `json:"warnings"`
}

// Import takes in files as one unit. An error means that nothing was changed; a fault.List names all faults of the
// files with their places. vault is asked only when a file holds a secret.
func Import(ctx context.Context, db *store.DB, by store.By, files []File, vault Vault) (*Report, error) {
	im := &importer{vault: vault, report: Report{Warnings: []string{}}}
	for _, f := range files {
		im.files = append(im.files, &file{name: f.Name, r: doc.NewReader(f.Root), root: f.Root})
	}
	err := db.Write(ctx, by, func(tx *store.Tx) error {
		im.tx = tx
		return im.run()
	})
	if err != nil {
		return nil, err
	}
	return &im.report, nil
}

// file is one file of an import.
type file struct {
	name string
	r    *doc.Reader
	root *doc.Node
}

// importer is one import.
type importer struct {
	tx    *store.Tx
	vault Vault
	files []*file

	settings settings.Settings
	zone     *time.Location

	servers   map[string]*hosting.Server
	serverIDs map[string]int64
	plans     map[string]*catalog.Plan
	charges   map[string]*catalog.Charge
	lists     map[hosting.Place]*hosting.List

	catalogBumped bool
	keyChecked    bool
	credits       []openingCredit

	customers []*customerState

	entry         *Entry // of a form, instead of files of the operator's
	entryKey      string // by which it is found among its kind
	storedServers map[string]bool

	saves   []func() error // what is written once all files are known to be right, in order
	records []func() store.Change
	report  Report
}

// customerState is a customer that the files name.
type customerState struct {
	file   *file
	r      *doc.Reader
	row    customer.Customer
	was    customer.Customer // of an entry: as it is stored
	isNew  bool
	groups []*contract.Group
	credit store.Credit
}

func (im *importer) run() error {
	if err := im.lock(); err != nil {
		return err
	}
	for _, step := range []func() error{
		im.readSettings, im.readServers, im.readPlans, im.readCharges, im.readLists, im.readCustomers, im.checkEntry, im.faults,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, save := range im.saves {
		if err := save(); err != nil {
			return err
		}
	}
	for _, record := range im.records {
		if err := im.tx.Record(record()); err != nil {
			return err
		}
	}
	return nil
}

// save notes what is to be written when no fault was found.
func (im *importer) save(do func() error) { im.saves = append(im.saves, do) }

// record notes a change; it is made after everything is saved, when new things have their ids.
func (im *importer) record(change func() store.Change) { im.records = append(im.records, change) }

// faults returns the faults of all files, each with its file.
func (im *importer) faults() error {
	var all fault.List
	for _, f := range im.files {
		f.r.Done()
		all = append(all, inFile(f.name, f.r.Err())...)
	}
	return all.Err()
}

// inFile puts the file's name before the places of its faults.
func inFile(name string, err error) fault.List {
	var list fault.List
	if !errors.As(err, &list) {
		list.AddError("", err)
	}
	out := make(fault.List, len(list))
	for i, e := range list {
		c := *e
		c.Place = name
		if e.Place != "" {
			c.Place += ": " + e.Place
		}
		out[i] = &c
	}
	return out
}

// InFile makes the faults of a file that could not be parsed like those of one that was.
func InFile(name string, err error) fault.List { return inFile(name, err) }

// warn says that something was taken in otherwise than it was given, and how it is kept. Whoever fills in a form is there
// to mend it: there it is a fault.
func (im *importer) warn(f *file, place, text, kept string) {
	if im.entry != nil {
		f.r.FaultAt(place, "%s", text)
		return
	}
	im.report.Warnings = append(im.report.Warnings, f.name+": "+place+": "+text+kept)
}

// text reads a text field into its place, if the file gives it; null empties it.
func text(r *doc.Reader, name string, into *string) {
	if r.Given(name) {
		*into = r.Text(name, "")
	}
}

// name reads the name of a thing that others refer to.
func name(r *doc.Reader, field string) string {
	v := r.Name(field)
	if v != "" {
		r.FaultError(field, hosting.CheckName(v))
	}
	return v
}
