package hosting

import (
	"path"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
)

// Feed is a log of a server that is followed where it lies.
type Feed struct {
	Path    string // absolute
	Format  string
	Rotated string // pattern of the paths of rotated files; "" for the usual ones, NoRotated for none
}

// NoRotated says that a feed has no rotated files that are to be read.
const NoRotated = "none"

// FeedState is how the following of a feed goes, as a machine said last. Instants are UTC microseconds.
type FeedState struct {
	Server  string
	Machine string // that follows it
	Path    string
	Format  string
	SeenAt  int64  // when it was last looked at
	GrownAt int64  // when it was last seen to have grown; 0: not known
	Size    int64  // bytes of the present file
	Offset  int64  // bytes of it that were read
	Problem string // what is wrong at present; "" if nothing is
	Alert   string // what was last odd, such as lines that may be lost; "" if nothing was
	AlertAt int64  // 0 without one
}

// maxPathBytes is the longest path of a log.
const maxPathBytes = 1024

// Check says what is wrong with a feed, as a list of Invalid faults. formats are those that can be followed.
func (f *Feed) Check(formats []string) error {
	var faults fault.List
	switch {
	case !path.IsAbs(f.Path) || path.Clean(f.Path) != f.Path:
		faults.Add("path", "%q is not the full path of a file: write one such as /var/log/mailman3/smtp.log", f.Path)
	case len(f.Path) > maxPathBytes:
		faults.Add("path", "has %d bytes: at most %d are allowed", len(f.Path), maxPathBytes)
	case strings.ContainsFunc(f.Path, func(r rune) bool { return r < ' ' || r == 0x7f }):
		faults.Add("path", "must not hold control characters")
	}
	if !slices.Contains(formats, f.Format) {
		faults.Add("format", "%q is not a format of logs that can be followed: use one of %s", f.Format, strings.Join(formats, ", "))
	}
	if _, err := path.Match(f.Rotated, ""); err != nil || f.Rotated != "" && f.Rotated != NoRotated && !path.IsAbs(f.Rotated) {
		faults.Add("rotated", "%q is not a pattern of full paths: write one such as %s.*, or none", f.Rotated, f.Path)
	}
	return faults.Err()
}
