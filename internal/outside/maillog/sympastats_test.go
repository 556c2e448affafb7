package maillog

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// statsPattern is a complete stats file as an expression, for the parser to be held to.
var statsPattern = regexp.MustCompile(`^[\t\n\v\f\r ]*\d+([\t\n\v\f\r ]+\d+){3,5}[\t\n\v\f\r ]*\n$`)

func FuzzSympaStats(f *testing.F) {
	for _, text := range []string{"7 78 215660 2582180\n", "7 78 215660 2582180 1 2\n", "", "7 78", "7 78 215660 -1\n", "99999999999999999999 1 1 1\n", "1 2 3\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		tally, complete, err := ParseSympaStats(content)
		fits := statsPattern.Match(content)
		if err == nil && complete && !fits || err != nil && fits && !strings.Contains(err.Error(), "larger than any count") || !complete && fits {
			t.Fatalf("%q: %+v, complete %v, %v", content, tally, complete, err)
		}
		if err != nil || !complete {
			return
		}
		again, _, err := ParseSympaStats(fmt.Appendf(nil, "%d %d %d %d\n", tally.Messages, tally.Recipients, tally.Bytes, tally.RecipientBytes))
		if err != nil || again != tally {
			t.Fatalf("%+v was written and read as %+v, %v", tally, again, err)
		}
	})
}

func TestSympaStatsList(t *testing.T) {
	for path, want := range map[string]string{
		"/var/lib/sympa/list_data/alpha.test/news/stats": "alpha.test/news",
		"/a/b/stats":                          "a/b",
		"/b/stats":                            "",
		"/stats":                              "",
		"/a/b/stats.old":                      "",
		"/srv/expl/news/stats":                "",
		"/var/lib/sympa/list_data/news/stats": "",
		"/a/" + strings.Repeat("b", 300) + "/stats": "",
	} {
		site, list, err := SympaStatsList(path)
		if (err != nil) != (want == "") || err == nil && site+"/"+list != want {
			t.Errorf("%s: %s/%s, %v", path, site, list, err)
		}
	}
}
