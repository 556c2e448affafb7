package gather

import (
	"os"
	"time"
)

// noSuchLog is before any log that can be read here, UTC: a file that claims to be older was unpacked by something that
// sets no times.
var noSuchLog = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// lastWritten returns when the log was last written, as far as that is known, in UTC seconds: for a file what the file
// says, unless that is later than now, and now for a stream. It tells the year of times that have none.
func (l *logRun) lastWritten() int64 {
	var now time.Time
	if l.By != nil {
		now = l.By().At
	}
	if l.in.Stream != nil {
		if w := l.in.written; w > noSuchLog.Unix() && w < now.Unix() {
			return w
		}
		return now.Unix()
	}
	info, err := os.Stat(l.in.Name)
	if err != nil || !info.Mode().IsRegular() || info.ModTime().Before(noSuchLog) || l.By != nil && info.ModTime().After(now) {
		return now.Unix()
	}
	return info.ModTime().Unix()
}
