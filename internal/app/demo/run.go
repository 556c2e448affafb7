package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/document"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
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
	Bills    []Invoice         `json:"bills"`
}

// Invoice is a bill with the files that it was written to.
type Invoice struct {
	insight.Entry
	HTML string `json:"html"`
	Text string `json:"text"`
}

// Month is the billing period of the demonstration.
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
	report = &Report{Dir: dir}
	for _, step := range []func(context.Context, *store.DB, func() store.By) error{
		report.takeIn, report.meter, report.bill, report.writeBills,
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
func (r *Report) takeIn(ctx context.Context, db *store.DB, by func() store.By) error {
	name := filepath.Join(r.Dir, providerFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	root, err := providerfile.Parse(name, data)
	if err != nil {
		return err
	}
	r.Imported, err = office.Import(ctx, db, by(), []office.File{{Name: name, Root: root}}, nil)
	return err
}

// meter reads the log, the older part first, and then the reports.
func (r *Report) meter(ctx context.Context, db *store.DB, by func() store.By) error {
	read := func(name, format string, paths ...string) (usage.Figures, error) {
		order := gather.Order{DB: db, By: by, Server: name, Format: format}
		for _, path := range paths {
			order.Inputs = append(order.Inputs, gather.Input{Name: filepath.Join(r.Dir, path)})
		}
		result, err := gather.Ingest(ctx, order)
		return result.Figures, err
	}
	var err error
	if r.Metered, err = read(server, maillog.Mailman3, filepath.Join(logsDir, olderLog), filepath.Join(logsDir, newerLog)); err != nil {
		return err
	}
	r.Reported, err = read("", maillog.JSONL, reportsFile)
	return err
}

// bill validates the customers and runs the month.
func (r *Report) bill(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	if r.Findings, err = billrun.Validate(ctx, db, by(), billrun.Options{Period: Month.Period()}); err != nil {
		return err
	}
	r.Run, err = billrun.Run(ctx, db, by(), billrun.Options{Period: Month.Period()})
	return err
}

// writeBills writes each bill as a page and as text.
func (r *Report) writeBills(ctx context.Context, db *store.DB, _ func() store.By) error {
	bills, err := insight.Bills(ctx, db, insight.Query{Period: Month.Period()})
	if err != nil {
		return err
	}
	for _, b := range bills {
		facts, err := insight.Facts(ctx, db, b.ID)
		if err != nil {
			return err
		}
		s := statement.Compose(facts)
		base := filepath.Join(invoicesDir, fileName(b.Customer))
		out := Invoice{Entry: b, HTML: base + ".html", Text: base + ".txt"}
		if err := errors.Join(
			writeFile(filepath.Join(r.Dir, out.HTML), func(f *os.File) error { return document.HTML(f, s) }),
			writeFile(filepath.Join(r.Dir, out.Text), func(f *os.File) error { return document.Text(f, s) }),
		); err != nil {
			return err
		}
		r.Bills = append(r.Bills, out)
	}
	return nil
}

func writeFile(name string, write func(*os.File) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// fileName makes a plain file name of a company: "Fir & Sons" is fir-sons.
func fileName(company string) string {
	var out []byte
	for _, c := range []byte(company) {
		switch {
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
	}
	for len(out) > 0 && out[len(out)-1] == '-' {
		out = out[:len(out)-1]
	}
	return string(out)
}
