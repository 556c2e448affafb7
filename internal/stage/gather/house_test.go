package gather_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func by() store.By {
	return store.By{Actor: "test", At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
}

// house is a provider's database with the server s1 (UTC, service mail from *-request@*) and some lists.
type house struct {
	t   testing.TB
	db  *store.DB
	url string
}

// places are the lists of a house: those of the sample logs.
var places = []string{"alpha.test/news", "alpha.test/dev", "alpha.test/big", "beta.test/announce"}

// newHouse makes a house in a new database. Its billing time zone is UTC.
func newHouse(t testing.TB, url string) *house {
	return houseIn(t, url, "UTC", "UTC")
}

// houseIn makes a house with a billing time zone and one of its server.
func houseIn(t testing.TB, url, billing, local string) *house {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{t, db, url}
	h.write(func(tx *store.Tx) error {
		s := settings.Default()
		s.TimeZone = billing
		if _, err := tx.SaveSettings(s); err != nil {
			return err
		}
		server := hosting.NewServer("s1")
		server.TimeZone, server.ServiceSenders = local, []string{"*-request@*"}
		return tx.InsertServer(&server)
	})
	h.addLists(places...)
	return h
}

func (h *house) write(do func(*store.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), by(), do); err != nil {
		h.t.Fatal(err)
	}
}

// addLists adds lists, each given as site/list, as an import does.
func (h *house) addLists(places ...string) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		var lists []*hosting.List
		for _, place := range places {
			site, list, _ := strings.Cut(place, "/")
			lists = append(lists, &hosting.List{Life: period.Open(), Gone: period.Last, Place: hosting.Place{Server: "s1", Site: site, List: list}})
		}
		if err := tx.InsertLists(lists, map[string]int64{"s1": 1}); err != nil {
			return err
		}
		_, err := tx.AdoptUnknownUsage(1, time.UTC)
		return err
	})
}

// ingest reads inputs and returns the figures as "records counted already_known unknown_list unparsed".
func (h *house) ingest(format string, inputs ...gather.Input) string {
	h.t.Helper()
	result := h.result(gather.Order{Format: format, Inputs: inputs})
	if len(result.Alerts) > 0 {
		h.t.Errorf("alerts: %q", result.Alerts)
	}
	return figures(result)
}

func figures(r gather.Result) string {
	return fmt.Sprint(r.Records, r.Counted, r.AlreadyKnown, r.UnknownList, r.Unparsed)
}

// result reads what an order says into this house.
func (h *house) result(order gather.Order) gather.Result {
	h.t.Helper()
	result, err := h.try(order)
	if err != nil {
		h.t.Fatal(err)
	}
	if result.Records != result.Counted+result.AlreadyKnown+result.UnknownList {
		h.t.Errorf("figures do not add up: %+v", result.Figures)
	}
	return result
}

func (h *house) try(order gather.Order) (gather.Result, error) {
	order.DB, order.By = h.db, by
	if order.Server == "" && order.Format != "jsonl" {
		order.Server = "s1"
	}
	return gather.Ingest(context.Background(), order)
}

// text is standard input that holds a text.
func text(s string) gather.Input {
	return gather.Input{Name: "standard input", Stream: strings.NewReader(s)}
}

// file is a file that holds a text.
func file(t testing.TB, content string) gather.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), "smtp.log")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return gather.Input{Name: path}
}

// check compares figures.
func check(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: records, counted, already known, unknown list, unparsed are %s, want %s", what, got, want)
	}
}

// each runs a test on both databases.
func each(t *testing.T, do func(t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, url string) { do(t, newHouse(t, url)) })
}
