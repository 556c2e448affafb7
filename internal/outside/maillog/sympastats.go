package maillog

import (
	"bytes"
	"path/filepath"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
)

// MaxSympaStats is how large a list's stats file may be, in bytes.
const MaxSympaStats = 1 << 10

// sympaStatsFields are how many numbers a stats file holds: at least, and at most (older Sympas write two more, about
// their subscribers).
const (
	sympaStatsFields    = 4
	maxSympaStatsFields = 6
)

// ParseSympaStats reads a list's stats file: one line of numbers, which are the messages since the list was made,
// their deliveries, the bytes of the messages, and the bytes of all deliveries. complete is false for a file that its
// writer has not finished: Sympa empties it and writes it anew.
func ParseSympaStats(content []byte) (t usage.Tally, complete bool, err error) {
	if !bytes.HasSuffix(content, []byte("\n")) {
		if len(content) > MaxSympaStats {
			return t, true, fault.New(fault.Invalid, "is too long for a list's stats file")
		}
		return t, false, nil
	}
	fields := bytes.Fields(content)
	if len(fields) < sympaStatsFields || len(fields) > maxSympaStatsFields {
		return t, true, fault.New(fault.Invalid, "holds %d fields, and a list's stats file has %d to %d numbers", len(fields), sympaStatsFields, maxSympaStatsFields)
	}
	var n [sympaStatsFields]int64
	for i, field := range fields {
		value, rest, ok := large(field)
		if !ok || len(rest) > 0 {
			return t, true, fault.New(fault.Invalid, "has no whole number in field %d", i+1)
		}
		if value > maxTally {
			return t, true, fault.New(fault.Invalid, "has a number in field %d that is larger than any count", i+1)
		}
		if i < len(n) {
			n[i] = value
		}
	}
	return usage.Tally{Messages: n[0], Recipients: n[1], Bytes: n[2], RecipientBytes: n[3]}, true, nil
}

// maxTally is the largest total that is believed.
const maxTally = 1 << 58

// SympaStatsList returns the list whose stats file has a path: it lies in SITE/LIST/stats. The path is absolute.
func SympaStatsList(path string) (site, list string, err error) {
	dir := filepath.Dir(path)
	list, site = filepath.Base(dir), filepath.Base(filepath.Dir(dir))
	switch {
	case filepath.Base(path) != "stats" || list == string(filepath.Separator) || site == string(filepath.Separator):
		return "", "", fault.New(fault.Invalid, "is no list's stats file: the list is known by the path, which must end in SITE/LIST/stats")
	case site == "list_data" || site == "expl":
		return "", "", fault.New(fault.Invalid, "lies in no folder of a site: the path must end in SITE/LIST/stats; give it by way of a link that does")
	case len(site) > maxReportName || len(list) > maxReportName:
		return "", "", fault.New(fault.Invalid, "lies in a folder whose name is too long for a list")
	}
	return site, list, nil
}
