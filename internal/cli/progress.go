package cli

import (
	"fmt"
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Progress shows how far a long command is: a bar on a terminal, nothing
// elsewhere. Its methods may be called from any goroutine, and on nil.
type Progress struct {
	bars *mpb.Progress
	bar  *mpb.Bar
}

// Progress starts a bar on standard error. total is the number of units of work,
// 0 if it is not known; name is a word or two, such as "customers". A bar is full
// when all units are done, and does not grow after that. Call Done before anything
// else is printed.
func (c *Context) Progress(name string, total int64) *Progress {
	if !isTerminal(c.Stderr) {
		return nil
	}
	return newProgress(c, c.Stderr, name, total)
}

func newProgress(c *Context, to io.Writer, name string, total int64) *Progress {
	bars := mpb.NewWithContext(c, mpb.WithOutput(to), mpb.WithWidth(barWidth))
	bar := bars.AddBar(total,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(s decor.Statistics) string { return count(name, s) })),
		mpb.AppendDecorators(decor.Any(share), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), "")),
	)
	return &Progress{bars: bars, bar: bar}
}

// barWidth is the width of a bar in columns.
const barWidth = 60

// count says how much is done, and of how much if that is known.
func count(name string, s decor.Statistics) string {
	if s.Total <= 0 {
		return fmt.Sprintf("%s %d ", name, s.Current)
	}
	return fmt.Sprintf("%s %d of %d ", name, s.Current, s.Total)
}

// share says how many percent are done, if that is known.
func share(s decor.Statistics) string {
	if s.Total <= 0 {
		return " "
	}
	return fmt.Sprintf(" %d %%  ", min(s.Current, s.Total)*100/s.Total)
}

// Add says that n more units are done.
func (p *Progress) Add(n int64) {
	if p != nil {
		p.bar.IncrInt64(n)
	}
}

// Total says how many units there are, if that becomes known or grows.
func (p *Progress) Total(n int64) {
	if p != nil {
		p.bar.SetTotal(n, false)
	}
}

// Done takes the bar away, finished or not, and waits until it is gone.
func (p *Progress) Done() {
	if p == nil {
		return
	}
	p.bar.Abort(true)
	p.bars.Wait()
}
