package maillog

import (
	"encoding/json"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Report is one line of the format jsonl: a usage record, a correction of one, or a member reading. Which fields must
// be there depends on which it is; ParseReport has checked that.
type Report struct {
	ID                 string // unique for its source; "" in a reading
	Server, Site, List string // Server may be "" if the file is of one server; a correction may leave all out
	At                 int64  // UTC microseconds; 0 in a correction that leaves it to the record that it corrects
	Bytes              int64  // of one message; -1 likewise
	Recipients         int64
	Corrects           string // the id that it corrects, or ""
	Reason             string // of a correction

	Reading bool // of members, on a day
	Day     period.Date
	Members int64
}

// Limits of a report.
const (
	maxReportID     = 200 // bytes of an id
	maxReportReason = 500 // bytes of a reason
	maxReportName   = 255 // bytes of the name of a server, site or list
	maxMembers      = 1_000_000_000
)

// ParseReport reads one line of the format jsonl: plain, or as a CloudEvent that holds the same fields in data. The
// fault of a bad one names the field and says what to mend.
func ParseReport(line []byte) (Report, error) {
	if !utf8.Valid(line) {
		return Report{}, fault.New(fault.Invalid, "is not UTF-8")
	}
	fields, err := object(line)
	if err != nil {
		return Report{}, err
	}
	if fields["specversion"] != nil {
		if fields, err = event(fields); err != nil {
			return Report{}, err
		}
	}
	p := &reportFields{fields: fields}
	var r Report
	if fields["members"] != nil || fields["day"] != nil {
		r = p.reading()
	} else {
		r = p.usage()
	}
	p.rest()
	return r, p.faults.Err()
}

// object takes a JSON object apart.
func object(text []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil || fields == nil {
		return nil, fault.New(fault.Invalid, "is not a JSON object: write one object a line")
	}
	for name, value := range fields {
		if string(value) == "null" { // the same as missing
			delete(fields, name)
		}
	}
	return fields, nil
}

// event unwraps a CloudEvent. Its ids are unique for its source, so the source becomes part of them.
func event(fields map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	var envelope struct{ ID, Source, Time string }
	for name, into := range map[string]*string{"id": &envelope.ID, "source": &envelope.Source, "time": &envelope.Time} {
		if fields[name] != nil && json.Unmarshal(fields[name], into) != nil {
			return nil, fault.At(name, "must be a text")
		}
	}
	data, err := object(fields["data"])
	if err != nil {
		return nil, fault.At("data", "must be an object with the fields of the record")
	}
	var corrects string
	if data["corrects"] != nil && json.Unmarshal(data["corrects"], &corrects) == nil {
		data["corrects"] = text(envelope.Source + " " + corrects)
	}
	if envelope.ID != "" && data["id"] == nil {
		data["id"] = text(envelope.Source + " " + envelope.ID)
	}
	if envelope.Time != "" && data["at"] == nil && data["corrects"] == nil && data["day"] == nil {
		data["at"] = text(envelope.Time)
	}
	if data["members"] != nil {
		delete(data, "id")
	}
	return data, nil
}

func text(s string) json.RawMessage {
	out, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`) // texts can always be written
	}
	return out
}
