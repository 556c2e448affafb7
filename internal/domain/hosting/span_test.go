package hosting_test

import (
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
)

func TestSpansAreReadByPeople(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1357*time.Hour + 35*time.Minute: "56 d 13 h",
		24 * time.Hour:                  "1 d 0 h",
		24*time.Hour - time.Second:      "23 h 59 min",
		time.Hour:                       "1 h 0 min",
		59*time.Minute + 59*time.Second: "59 min",
		time.Minute:                     "1 min",
		59 * time.Second:                "59 s",
		time.Millisecond:                "0 s",
		-time.Hour:                      "0 s",
	} {
		if got := hosting.Span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
