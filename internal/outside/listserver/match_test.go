package listserver_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/listserver"
)

func TestPatterns(t *testing.T) {
	for _, v := range []struct {
		pattern  string
		yes, not []string
	}{
		{"Ann@Acme.test", []string{"ann@acme.test", "ANN@ACME.TEST"}, []string{"xann@acme.test", "ann@acme.tests"}},
		{"*", []string{"", "a@b"}, nil},
		{"*@acme.test", []string{"ann@acme.test", "@acme.test"}, []string{"ann@acme.test.evil", "annacme.test"}},
		{"a*a", []string{"aa", "aba"}, []string{"a", "ab"}},
		{"*b*b*", []string{"bb", "abcbd"}, []string{"b", "ab"}},
		{"a_%.b", []string{"a_%.b"}, []string{"axx.b"}},
		{"**x", []string{"x", "yx"}, []string{"xy"}},
	} {
		match, err := listserver.Match(v.pattern)
		if err != nil {
			t.Fatalf("%s: %v", v.pattern, err)
		}
		for _, address := range v.yes {
			if !match(address) {
				t.Errorf("%s does not match %s", v.pattern, address)
			}
		}
		for _, address := range v.not {
			if match(address) {
				t.Errorf("%s matches %s", v.pattern, address)
			}
		}
	}
	for _, pattern := range []string{"", "a b", "a\n", strings.Repeat("x", 321)} {
		if _, err := listserver.Match(pattern); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}
