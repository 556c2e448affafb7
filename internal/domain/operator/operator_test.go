package operator_test

import (
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/operator"
)

func TestRolesIncludeTheLesserOnes(t *testing.T) {
	for _, c := range []struct {
		who, least operator.Role
		want       bool
	}{
		{operator.Administrator, operator.Clerk, true},
		{operator.Clerk, operator.Clerk, true},
		{operator.Viewer, operator.Clerk, false},
		{operator.Nobody, operator.Viewer, false},
		{operator.Administrator, operator.Nobody, false}, // what nobody may do, nobody may do
	} {
		if c.who.May(c.least) != c.want {
			t.Errorf("%s may what %s may: %v, want %v", c.who, c.least, !c.want, c.want)
		}
	}
	for _, name := range []string{"viewer", "clerk", "administrator"} {
		if r, err := operator.ParseRole(name); err != nil || r.String() != name || r.Title() == "Nobody" {
			t.Errorf("%s is read as %s, %v", name, r, err)
		}
	}
	for _, name := range []string{"", "nobody", "root"} {
		if _, err := operator.ParseRole(name); err == nil {
			t.Errorf("%q is taken for a role", name)
		}
	}
}

func TestNamesAndPasswords(t *testing.T) {
	for _, bad := range []string{"", " ", "a ", "a\nb", strings.Repeat("x", 101)} {
		if operator.CheckName(bad) == nil {
			t.Errorf("the name %q is taken", bad)
		}
	}
	for _, good := range []string{"anna", "Anna Łącka", "安娜", "anna@example.test"} {
		if err := operator.CheckName(good); err != nil {
			t.Errorf("the name %q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{"", "short", "Bookkeeping", strings.Repeat("x", 1001)} {
		if operator.CheckPassword(bad, "bookkeeping") == nil {
			t.Errorf("the password %q is taken", bad)
		}
	}
	if err := operator.CheckPassword("four words of mine", "anna"); err != nil {
		t.Error(err)
	}
}

func TestTriesRunOutAndComeBack(t *testing.T) {
	throttle := operator.Throttle{Every: time.Minute, Burst: 3}
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	var remembered time.Time
	try := func() (time.Duration, bool) {
		next, wait, ok := throttle.Try(now, remembered)
		remembered = next
		return wait, ok
	}
	for i := range 3 {
		if _, ok := try(); !ok {
			t.Fatalf("try %d is refused", i+1)
		}
	}
	if wait, ok := try(); ok || wait != time.Minute {
		t.Errorf("the fourth try: %v, wait %v; want refused for a minute", ok, wait)
	}
	now = now.Add(time.Minute)
	if _, ok := try(); !ok {
		t.Error("after the wait it is refused again")
	}
	if _, ok := try(); ok {
		t.Error("a wait of a minute gave two tries")
	}
}
