package gather

import (
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// correct checks a correction against the record that it corrects, and takes from that what it leaves out: list,
// instant and size. It returns why it is refused.
func (b *book) correct(s *store.Snapshot, r *maillog.Report, e *entry) (refused, err error) {
	target := b.entries[r.Corrects]
	switch {
	case target == nil:
		return fault.At("corrects", "there is no record %q of this server: report it first", r.Corrects), nil
	case target.Corrects != "":
		return fault.At("corrects", "%q is a correction itself: correct the record %q, as it does", r.Corrects, target.Corrects), nil
	}
	if err := b.learn(s, target); err != nil {
		return nil, err
	}
	if refused := b.sameList(r, target, e); refused != nil {
		return refused, nil
	}
	if e.At == 0 {
		e.At = target.At
	}
	if e.bytes < 0 {
		e.bytes = target.bytes
	}
	if left := target.recipients + target.added; target.sized && left+r.Recipients < 0 {
		return fault.At("recipients", "takes %d back, and record %q has %d left", -r.Recipients, r.Corrects, left), nil
	}
	target.added += r.Recipients
	return nil, nil
}

// learn fills in the figures of a record of the database whose list is known.
func (b *book) learn(s *store.Snapshot, e *entry) (err error) {
	if e.sized || e.ListID == 0 || s == nil {
		return nil
	}
	if e.recipients, e.bytes, e.sized, err = s.ReportedSize(e.UsageKey); err != nil {
		return err
	}
	e.added, err = s.CorrectedBy(b.server, e.ID)
	return err
}

// sameList makes a correction one of its record's list.
func (b *book) sameList(r *maillog.Report, target, e *entry) (refused error) {
	e.ListID = target.ListID
	switch {
	case r.Site == "" && !target.sized:
		return fault.At("site", "is missing: the list of record %q is not known, so give site, list and bytes", r.Corrects)
	case r.Site == "":
		e.place = target.place
	case target.ListID != 0:
		if !slices.Contains(b.directory.At(r.Site, r.List).Lists(), target.ListID) {
			return fault.At("list", "record %q is of another list", r.Corrects)
		}
	case target.place != "" && target.place != e.place:
		return fault.At("list", "record %q is of another list", r.Corrects)
	}
	if e.bytes < 0 && !target.sized {
		return fault.At("bytes", "is missing: the list of record %q is not known, so give site, list and bytes", r.Corrects)
	}
	return nil
}
