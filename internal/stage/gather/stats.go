package gather

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// stats reads one list's stats file, which is no log but a counter.
func (run *run) stats(in *Input) error {
	reading, err := in.counter(run.Progress)
	if err != nil {
		return err
	}
	if reading == nil {
		run.note("%s: is not completely written yet; it is left for the next time", in.Name)
		return nil
	}
	reading.Start = run.Start
	server := run.servers[run.Server]
	var growth CounterGrowth
	switch {
	case run.DryRun && run.DB == nil:
		_, growth, err = lookAt(nil, server.ID, reading)
	case run.DryRun:
		err = run.DB.Read(run.ctx, func(s *store.Snapshot) (err error) {
			growth, err = foresee(s, server.ID, reading)
			return err
		})
	default:
		err = run.DB.Write(run.ctx, run.By(), func(tx *store.Tx) (err error) {
			run.step("begun")
			if growth, err = CountGrowth(tx, server.ID, reading); err != nil {
				return err
			}
			run.step("written")
			if growth.Alert != "" {
				return nil
			}
			return tx.NoteCounterReading(server.ID, reading.Kind, reading.Name, period.DateOf(tx.By().At, run.billing).Month())
		})
		run.step("committed")
	}
	if err != nil {
		return err
	}
	run.tellGrowth(in, reading, &growth)
	return nil
}

// foresee is CountGrowth without counting.
func foresee(s *store.Snapshot, serverID int64, r *CounterReading) (CounterGrowth, error) {
	_, growth, err := lookAt(s, serverID, r)
	if err != nil || growth.Alert != "" {
		return growth, err
	}
	names, err := s.ListNames(serverID)
	if err != nil {
		return growth, err
	}
	billing, err := billingZone(s)
	if err != nil {
		return growth, err
	}
	list, _ := usage.NewDirectory(names).Named(r.List).On(usage.NewCalendar(billing).Day(r.At))
	growth.Known = list != 0
	return growth, nil
}

// tellGrowth says what became of a reading.
func (run *run) tellGrowth(in *Input, r *CounterReading, growth *CounterGrowth) {
	run.figures.Add(growth.Figures())
	switch {
	case growth.Alert != "":
		run.alerts = append(run.alerts, in.Name+": "+growth.Alert+": --counter "+HowToGoOn)
	case growth.New && run.Start == StartCarefully:
		run.note("%s: is read for the first time; the %d messages to %d recipients that it shows are not counted, what comes from now on is "+
			"(--counter zero counts them too)", in.Name, r.Tally.Messages, r.Tally.Recipients)
	case run.DryRun && growth.Tally != usage.Tally{}:
		run.list(r.List).add(usage.NewCalendar(run.billing).Day(r.At),
			usage.Total{Messages: growth.Messages, Recipients: growth.Recipients, RecipientBytes: growth.RecipientBytes})
	}
}

// counter reads an input as a list's stats file; nil if it is not completely written. The growth is dated by when the
// file was last written, which is when the list last sent something.
func (in *Input) counter(progress Progress) (r *CounterReading, err error) {
	if in.Stream != nil {
		return nil, fault.At(in.Name, "cannot be read as a list's stats file, whose path says which list it is: name the file")
	}
	path, err := filepath.Abs(in.Name)
	if err != nil {
		return nil, fault.At(in.Name, "cannot be found: %v", cause(err))
	}
	site, list, err := maillog.SympaStatsList(path)
	if err != nil {
		return nil, fault.At(in.Name, "%s", fault.MessageOf(err))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.At(in.Name, "cannot be read: %v", cause(err))
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.At(in.Name, "cannot be read: %v", cause(err))
	}
	content, err := io.ReadAll(counted(io.LimitReader(f, maillog.MaxSympaStats+1), progress))
	if err != nil {
		return nil, fault.At(in.Name, "cannot be read: %v", cause(err))
	}
	tally, complete, err := maillog.ParseSympaStats(content)
	switch {
	case err != nil:
		return nil, fault.At(in.Name, "%s", fault.MessageOf(err))
	case !complete:
		return nil, nil //nolint:nilnil // nothing to read yet is no failure
	}
	return &CounterReading{Kind: maillog.SympaStats, Name: site + "/" + list, List: list + "@" + site, At: info.ModTime().UnixMicro(), Tally: tally}, nil
}
