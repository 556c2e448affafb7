package gather_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/stage/gather"
	"postmeter/internal/store/storetest"
)

// samples are logs of a real server: deliveries, recipients, and recipients × bytes, by list.
var samples = []struct {
	file, format string
	usage        int64
	lists        map[string]string
}{
	{"smtp.custom-template.clean.log", "mailman3", 29, map[string]string{
		"alpha.test/dev": "7 31 51920", "alpha.test/news": "15 136 16530906", "beta.test/announce": "6 15 13656", "alpha.test/big": "1 10000 41360000"}},
	{"smtp.custom-template.log", "mailman3", 17, map[string]string{
		"alpha.test/dev": "5 22 34314", "alpha.test/news": "12 122 16504188"}},
	{"smtp.default-templates.clean.log", "mailman3-default", 43, map[string]string{
		"alpha.test/news": "26 115 16507895", "alpha.test/dev": "11 29 56740", "beta.test/announce": "6 12 11001"}},
	{"smtp.default-templates.log", "mailman3-default", 43, map[string]string{
		"alpha.test/news": "26 115 16507895", "alpha.test/dev": "11 29 56740", "beta.test/announce": "6 12 11001"}},
}

const forged = 2 // continuation lines in each sample: unparsed

func TestSamples(t *testing.T) {
	for _, sample := range samples {
		t.Run(sample.file, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				h := newHouse(t, url)
				log := gather.Input{Name: filepath.Join("testdata", "mailman3", sample.file)}
				check(t, "first time", h.ingest(sample.format, log), fmt.Sprint(sample.usage, sample.usage, 0, 0, forged))
				tables := openTables(t, url)
				if diff := cmp.Diff(sample.lists, tables.lists()); diff != "" {
					t.Error(diff)
				}
				sums := tables.sums()
				check(t, "again", h.ingest(sample.format, log), fmt.Sprint(sample.usage, 0, sample.usage, 0, forged))
				check(t, "compressed, on standard input", h.ingest(sample.format, zipped(t, log.Name)), fmt.Sprint(sample.usage, 0, sample.usage, 0, forged))
				if diff := cmp.Diff(sums, tables.sums()); diff != "" {
					t.Errorf("the same log changed the sums: %s", diff)
				}
			})
		})
	}
}

// zipped is standard input that gives a file, compressed.
func zipped(t *testing.T, path string) gather.Input {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return gather.Input{Name: "standard input", Stream: &out}
}

// TestSamplesDryRun sums the samples without a database, with one, and after a real run.
func TestSamplesDryRun(t *testing.T) {
	for _, sample := range samples {
		t.Run(sample.file, func(t *testing.T) {
			order := gather.Order{Server: "s1", Format: sample.format, DryRun: true,
				Inputs: []gather.Input{{Name: filepath.Join("testdata", "mailman3", sample.file)}}}
			result, err := gather.Ingest(context.Background(), order)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "without a database", figures(result), fmt.Sprint(sample.usage, 0, 0, sample.usage, forged))
			checkDays(t, result, sample.lists)
			storetest.Each(t, func(t *testing.T, url string) {
				h := newHouse(t, url)
				result := h.result(order)
				check(t, "dry run", figures(result), fmt.Sprint(sample.usage, sample.usage, 0, 0, forged))
				checkDays(t, result, sample.lists)
				if rows := openTables(t, url).rows(`SELECT id FROM generation`); len(rows) > 0 {
					t.Error("a dry run wrote to the database")
				}
				h.ingest(sample.format, order.Inputs...)
				check(t, "dry run of a known log", figures(h.result(order)), fmt.Sprint(sample.usage, 0, sample.usage, 0, forged))
			})
		})
	}
}

// checkDays compares the usage of a dry run, whose names are those of the log.
func checkDays(t *testing.T, result gather.Result, lists map[string]string) {
	t.Helper()
	got := make(map[string]string)
	for _, d := range result.Usage {
		if d.Day.String() != "2026-11-22" {
			t.Errorf("usage on %s", d.Day)
		}
		name, site, found := strings.Cut(d.List, "@")
		if !found {
			name, site, _ = strings.Cut(d.List, ".")
		}
		got[site+"/"+name] = fmt.Sprint(d.Messages, d.Recipients, d.RecipientBytes)
	}
	if diff := cmp.Diff(lists, got); diff != "" {
		t.Error(diff)
	}
}
