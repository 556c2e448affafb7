package follow

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"postmeter/internal/domain/hosting"
)

// sibling is a file that was the log, or a copy of it.
type sibling struct {
	path string
	id   identity
	seen seen
}

// seen is what a file looked like when it was read to its end.
type seen struct {
	id    identity
	size  int64
	mtime time.Time
}

// patterns are the paths of files that were rotated away.
func patterns(f *hosting.Feed) []string {
	switch f.Rotated {
	case "":
		quoted := quoteMeta(f.Path)
		return []string{quoted + ".*", quoted + "-*"}
	case hosting.NoRotated:
		return nil
	}
	return []string{f.Rotated}
}

// quoteMeta makes a path a pattern of itself.
func quoteMeta(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(path)
}

// siblings returns the rotated files of a feed, oldest first.
func siblings(f *hosting.Feed) ([]sibling, error) {
	var out []sibling
	for _, pattern := range patterns(f) {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			info, err := os.Stat(path)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue // it was renamed just now
			case err != nil:
				return nil, err
			case path == f.Path || !info.Mode().IsRegular():
				continue
			}
			id := identityOf(info)
			out = append(out, sibling{path, id, seen{id, info.Size(), info.ModTime()}})
		}
	}
	slices.SortStableFunc(out, order(f.Path, out))
	return out, nil
}

// order tells how rotated files follow each other: by their numbers, the largest first, if all have one; by their dates
// if all have one; else by the time at which they were last written.
func order(path string, all []sibling) func(a, b sibling) int {
	numbered, dated := true, true
	for _, s := range all {
		_, ok := number(path, s.path)
		numbered = numbered && ok
		dated = dated && strings.HasPrefix(s.path, path+"-")
	}
	switch {
	case numbered:
		return func(a, b sibling) int {
			x, _ := number(path, a.path)
			y, _ := number(path, b.path)
			return cmp.Compare(y, x)
		}
	case dated:
		return func(a, b sibling) int { return cmp.Compare(a.path, b.path) }
	}
	return func(a, b sibling) int { return a.seen.mtime.Compare(b.seen.mtime) }
}

// number returns the number of a rotated file, such as 2 of smtp.log.2.gz.
func number(path, rotated string) (int, bool) {
	rest, ok := strings.CutPrefix(rotated, path+".")
	if !ok {
		return 0, false
	}
	rest, _, _ = strings.Cut(rest, ".")
	n, err := strconv.Atoi(rest)
	return n, err == nil
}
