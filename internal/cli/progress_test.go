package cli

import (
	"bytes"
	"context"
	"testing"

	"github.com/vbauerster/mpb/v8/decor"
)

func TestProgressIsSilentWhereNobodyLooks(t *testing.T) {
	var errs bytes.Buffer
	c := &Context{Context: context.Background(), Stderr: &errs}
	p := c.Progress("customers", 10)
	p.Add(4)
	p.Total(20)
	p.Done()
	if errs.Len() != 0 {
		t.Errorf("wrote %q to a stream that is no terminal", errs.String())
	}
}

func TestProgressEndsEvenIfUnfinished(t *testing.T) {
	var screen bytes.Buffer
	p := newProgress(&Context{Context: context.Background()}, &screen, "customers", 10)
	p.Add(4)
	p.Total(20)
	p.Done() // returns, or the test hangs
}

func TestProgressSaysWhatIsKnown(t *testing.T) {
	for _, test := range []struct {
		current, total int64
		count, share   string
	}{
		{0, 0, "lines 0 ", " "},
		{7, 0, "lines 7 ", " "},
		{7, 14, "lines 7 of 14 ", " 50 %  "},
		{15, 14, "lines 15 of 14 ", " 100 %  "},
	} {
		s := decor.Statistics{Current: test.current, Total: test.total}
		if got := count("lines", s); got != test.count {
			t.Errorf("count %q, want %q", got, test.count)
		}
		if got := share(s); got != test.share {
			t.Errorf("share %q, want %q", got, test.share)
		}
	}
}
