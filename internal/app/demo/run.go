package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/office"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

// Report is what the demonstration did.
type Report struct {
	Dir      string            `json:"dir"`
	Imported *office.Report    `json:"imported"`
	Metered  usage.Figures     `json:"metered"` // the two parts of the log
	Reported usage.Figures     `json:"reported"`
	Findings []billrun.Finding `json:"findings"` // of the validation
	Run      *billrun.Result   `json:"run"`

	Tested   *deliver.TestResult `json:"tested"`
	Sent     *deliver.Result     `json:"sent"`
	Payments []*settle.Booking   `json:"payments"`
	Dispute  Dispute             `json:"dispute"`
	Found    usage.Figures       `json:"found"` // in the log that came too late
	NextRun  *billrun.Result     `json:"next_run"`
	Late     []Late              `json:"late"` // what the next run bills of the month

	Bills      []Invoice       `json:"bills"`      // of the month, in the order in which they were made, void ones too
	NextBills  []Invoice       `json:"next_bills"` // of the next month
	Receivable string          `json:"receivable"` // open on all bills
	Statement  *settle.Account `json:"statement"`  // of the customer who disputed

	recipients map[int64][]string // addresses to which a bill was to be mailed
}

// Month is the billing period of the demonstration. The next one is billed too.
var Month = period.Month(202609)

// server is the name of the one hosting server.
const server = "lists1"

// Run makes the demonstration in a folder, by the stages that an operator's commands call. by tells who acts, and
// when. The folder is made, or made anew if it is an earlier demonstration's; any other is a Conflict.
func Run(ctx context.Context, dir string, by func() store.By) (report *Report, err error) {
	if err := prepare(dir); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, Database(dir), store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	report = &Report{Dir: dir, recipients: map[int64][]string{}}
	for _, step := range []func(context.Context, *store.DB, func() store.By) error{
		report.takeIn, report.meter, report.bill, report.test, report.send, report.pay, report.settleDispute, report.findLog, report.billNext,
		report.writeBills, report.draw,
	} {
		if err := step(ctx, db, by); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// Database is the address of the demonstration's database.
func Database(dir string) string { return "sqlite:" + filepath.Join(dir, databaseFile) }

// takeIn imports the provider file.
func (r *Report) takeIn(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	r.Imported, err = r.importFile(ctx, db, by, providerFile)
	return err
}

func (r *Report) importFile(ctx context.Context, db *store.DB, by func() store.By, file string) (*office.Report, error) {
	name := filepath.Join(r.Dir, file)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	root, err := providerfile.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return office.Import(ctx, db, by(), []office.File{{Name: name, Root: root}}, nil)
}

// meter reads the log, the older part first, and then the reports.
func (r *Report) meter(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	if r.Metered, err = r.read(ctx, db, by, maillog.Mailman3, filepath.Join(logsDir, olderLog), filepath.Join(logsDir, newerLog)); err != nil {
		return err
	}
	r.Reported, err = r.read(ctx, db, by, maillog.JSONL, reportsFile)
	return err
}

// read counts the usage in files of the folder.
func (r *Report) read(ctx context.Context, db *store.DB, by func() store.By, format string, paths ...string) (usage.Figures, error) {
	order := gather.Order{DB: db, By: by, Server: server, Format: format}
	for _, path := range paths {
		order.Inputs = append(order.Inputs, gather.Input{Name: filepath.Join(r.Dir, path)})
	}
	result, err := gather.Ingest(ctx, order)
	return result.Figures, err
}

// bill validates the customers and runs the month.
func (r *Report) bill(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	if r.Findings, err = billrun.Validate(ctx, db, by(), billrun.Options{Period: Month.Period()}); err != nil {
		return err
	}
	r.Run, err = billrun.Run(ctx, db, by(), billrun.Options{Period: Month.Period()})
	return err
}
