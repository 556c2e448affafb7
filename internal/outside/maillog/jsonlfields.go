package maillog

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
)

// reportFields reads the fields of a report, and collects what is wrong with them.
type reportFields struct {
	fields map[string]json.RawMessage
	read   []string
	faults fault.List
}

func (p *reportFields) usage() Report {
	r := Report{ID: p.text("id", maxReportID), Corrects: p.text("corrects", maxReportID), Reason: p.text("reason", maxReportReason)}
	r.Server, r.Site, r.List = p.text("server", maxReportName), p.text("site", maxReportName), p.text("list", maxReportName)
	r.At, r.Bytes, r.Recipients = p.instant("at"), p.number("bytes", 0), p.number("recipients", -usage.MaxRecipients)
	p.need("id", "each record needs one of its own, so that a repeat is harmless")
	p.need("recipients", "say how many took the message")
	if p.has("corrects") {
		p.correction(&r)
	} else {
		p.record(&r)
	}
	if len(p.faults) == 0 {
		if err := usage.CheckSize(r.Recipients, r.Bytes); err != nil {
			p.faults.AddError("", err)
		}
	}
	if !p.has("bytes") {
		r.Bytes = -1
	}
	return r
}

// record checks a usage record.
func (p *reportFields) record(r *Report) {
	p.need("site", "say on which site the list is")
	p.need("list", "say which list it is")
	p.need("at", "say when the message was sent")
	p.need("bytes", "say how large the message was")
	if r.Recipients < 0 {
		p.faults.Add("recipients", "is negative: only a correction takes recipients back; say with corrects which record it is about")
	}
	if p.has("reason") {
		p.faults.Add("reason", "is for corrections: say with corrects which record it is about")
	}
}

// correction checks a correction of a record.
func (p *reportFields) correction(r *Report) {
	p.need("reason", "say why the record is corrected")
	if p.has("site") != p.has("list") {
		p.faults.Add("site", "must stand with list: give both, or neither to mean those of the record")
	}
	if r.Corrects == r.ID && r.ID != "" {
		p.faults.Add("corrects", "is the record itself")
	}
}

func (p *reportFields) reading() Report {
	r := Report{Reading: true, Server: p.text("server", maxReportName), Site: p.text("site", maxReportName), List: p.text("list", maxReportName)}
	r.Members = p.number("members", 0)
	p.need("site", "say on which site the list is")
	p.need("list", "say which list it is")
	p.need("day", "say of which day the reading is")
	p.need("members", "say how many members there were")
	if r.Members > maxMembers {
		p.faults.Add("members", "is more than %d", int64(maxMembers))
	}
	if day := p.text("day", maxReportName); day != "" {
		var err error
		if r.Day, err = period.Parse(day); err != nil {
			p.faults.AddError("day", err)
		}
	}
	return r
}

func (p *reportFields) has(name string) bool { return p.fields[name] != nil }

// need reports a field that is missing.
func (p *reportFields) need(name, why string) {
	if !p.has(name) {
		p.faults.Add(name, "is missing: %s", why)
	}
}

// text reads a text without control characters, which is not empty if it is there.
func (p *reportFields) text(name string, limit int) string {
	p.read = append(p.read, name)
	if !p.has(name) {
		return ""
	}
	var s string
	switch err := json.Unmarshal(p.fields[name], &s); {
	case err != nil:
		p.faults.Add(name, "must be a text")
	case s == "":
		p.faults.Add(name, "must not be empty")
	case len(s) > limit:
		p.faults.Add(name, "has %d bytes: at most %d are allowed", len(s), limit)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.faults.Add(name, "must not hold control characters")
	default:
		return s
	}
	return ""
}

// number reads a whole number.
func (p *reportFields) number(name string, least int64) int64 {
	p.read = append(p.read, name)
	if !p.has(name) {
		return 0
	}
	var n int64
	if json.Unmarshal(p.fields[name], &n) != nil {
		p.faults.Add(name, "must be a whole number that is no larger than any mail")
		return 0
	}
	if n < least {
		p.faults.Add(name, "is %d: it must be at least %d", n, least)
		return 0
	}
	return n
}

// instant reads an RFC 3339 time with an offset, to the microsecond.
func (p *reportFields) instant(name string) int64 {
	s := p.text(name, maxReportName)
	if s == "" {
		return 0
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || strings.Contains(s, ",") {
		p.faults.Add(name, "%.40q is not a time: write it as 2026-09-01T12:00:00Z, or with an offset such as +02:00", s)
		return 0
	}
	if t.UnixMicro() <= 0 {
		p.faults.Add(name, "%s is not after 1970", s)
		return 0
	}
	return t.UnixMicro()
}

// rest reports fields that a report does not have.
func (p *reportFields) rest() {
	var unknown []string
	for name := range p.fields {
		if !slices.Contains(p.read, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		p.faults.Add(strings.ToValidUTF8(name, "?"), "is not a field of this kind of record")
	}
}
