package follow

import (
	"context"
	"fmt"
	"time"

	"postmeter/internal/domain/usage"
)

// meet notes that a log is still here.
func (fd *feed) meet(head []byte) {
	if fd.compared {
		return
	}
	if fd.met == nil {
		fd.met = make(map[string]struct{})
	}
	fd.met[string(head)] = struct{}{}
}

// compare looks, once after a start, whether the log that was last read at the path is still here. If it is not, it was
// truncated without a copy, replaced or removed while nobody followed it, and its end may be lost.
func (fd *feed) compare(ctx context.Context) error {
	if fd.compared {
		return nil
	}
	log := usage.Log{Server: fd.Server, Format: fd.Format}
	last, err := fd.sink.Last(ctx, log, fd.Path)
	if err != nil {
		return err
	}
	for _, f := range append(fd.left, fd.current) {
		if f != nil && f.first != nil {
			fd.meet(f.first.hash)
		}
	}
	_, here := fd.met[string(last.Head)]
	fd.compared, fd.met = true, nil
	if len(last.Head) == 0 || here {
		return nil
	}
	log.Head = last.Head
	fd.Follower.alert(usage.LogAlert{Log: log, Path: fd.Path, Text: fmt.Sprintf("the log that was read there until %s is not there any more, nor among the "+
		"rotated files: it was truncated, replaced or removed while nobody followed it, and what was written to it since then is lost: "+
		"let it be rotated by renaming, and keep rotated files for longer", time.UnixMicro(last.SeenAt).UTC().Format("2006-01-02 15:04 UTC"))})
	return nil
}
