package kinds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/kinds"
)

func TestEveryKindOpens(t *testing.T) {
	formats := map[string][]string{"mailman3": {"mailman3", "mailman3-default"}, "sympa": {"sympa-stats", "postfix"}, "postfix": {"postfix"}, "listmonk": nil, "manual": nil}
	for _, kind := range hosting.Kinds {
		s, err := kinds.Open(listserver.Address{Kind: kind, URL: "https://lists.test/api", User: "app:master@lists.test", Secret: "geheim"}, kinds.Options{})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if diff := cmp.Diff(formats[kind], s.UsageFormats()); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	for _, a := range []listserver.Address{{}, {Kind: "exim"}, {Kind: "mailman3"}, {Kind: "listmonk", URL: "x"}, {Kind: "sympa", URL: "https://lists.test"}} {
		if s, err := kinds.Open(a, kinds.Options{}); s != nil || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v, %v", a, s, err)
		}
	}
}

// TestSilentKinds checks that what has no API says so, and not nothing.
func TestSilentKinds(t *testing.T) {
	for _, kind := range []string{"manual", "postfix"} {
		s, err := kinds.Open(listserver.Address{Kind: kind}, kinds.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for a := listserver.Catalogue; a <= listserver.SentCounters; a++ {
			if s.Can(a) {
				t.Errorf("%s can %d", kind, a)
			}
		}
		_, err1 := s.Health(t.Context())
		_, err2 := s.Catalogue(t.Context(), nil)
		_, _, err3 := s.FindMembers(t.Context(), "*", 1)
		_, err4 := s.DeleteMember(t.Context(), hosting.Membership{})
		for i, err := range []error{err1, err2, err3, err4} {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s, question %d: %v", kind, i, err)
			}
		}
	}
}
