package web

import (
	"strconv"
	"strings"
)

// Chart answers the one question that its title asks, by bars or by lines. It is drawn on the server; hovering or
// focusing a mark tells its value, and a table with all values is behind it.
type Chart struct {
	ID     string // unique in the page
	Title  string
	Desc   string // what is to be seen, in a sentence
	Unit   string // head of the value's column
	Line   bool   // a line instead of bars
	Area   bool   // of a line: with the area below it
	Scaled bool   // the points lie at their At, in rising order, and not at equal distances
	Points []Point
}

// Point is one value.
type Point struct {
	Label string // such as 2026-09
	Value int64  // what its height is
	Text  string // the value as people read it
	Path  string // where it leads, or ""
	At    int64  // where it lies along a scaled axis
	Quiet bool   // no label is below it
}

// Measures of the drawing, in units of its view box.
const (
	chartWidth  = 640
	chartHeight = 200
	chartTop    = 24
	chartFoot   = 24
	chartSide   = 4
	maxBar      = 48 // width of a bar
	labelsShown = 12 // labels below at most
	// on a phone, where the drawing is half as large and its text is not
	labelsOnPhone = 4
)

// mark is where a point is drawn.
type mark struct {
	Point
	X, Y, W, H int
	Mid        int
	Shown      bool // its label is below it
	Minor      bool // but not on a phone
}

// marks lays the points out. The axis begins at 0, or at the lowest value below it.
func (c *Chart) marks() []mark {
	y := c.scale()
	n := max(1, len(c.Points))
	step := (chartWidth - 2*chartSide) / n
	every := (n + labelsShown - 1) / labelsShown
	few := (min(n, labelsShown) + labelsOnPhone - 1) / labelsOnPhone
	if c.Scaled {
		n = c.labels()
		every, few = (n+labelsShown-1)/labelsShown, (min(n, labelsShown)+labelsOnPhone-1)/labelsOnPhone
	}
	out, labelled := make([]mark, len(c.Points)), 0
	for i, p := range c.Points {
		m := mark{Point: p, Mid: chartSide + i*step + step/2, Shown: (n-1-i)%every == 0, Minor: (n-1-i)%(every*few) != 0}
		if c.Scaled {
			m.Mid = c.along(p.At)
			m.Shown, m.Minor = !p.Quiet && labelled%every == 0, labelled%(every*few) != 0
			if !p.Quiet {
				labelled++
			}
		}
		m.W = max(2, min(maxBar, step*7/10))
		m.X = m.Mid - m.W/2
		top, bottom := y(max(p.Value, 0)), y(min(p.Value, 0))
		m.Y, m.H = top, max(1, bottom-top)
		if c.Line {
			m.Y = y(p.Value)
		}
		out[i] = m
	}
	return out
}

// along is where a value of a scaled axis lies.
func (c *Chart) along(at int64) int {
	const margin = 24 // half of a label's width
	return margin + int(scaled(at-c.Points[0].At, chartWidth-2*margin, c.Points[len(c.Points)-1].At-c.Points[0].At))
}

// labels is how many points of a scaled axis have a label.
func (c *Chart) labels() (n int) {
	for i := range c.Points {
		if !c.Points[i].Quiet {
			n++
		}
	}
	return max(1, n)
}

// told says whether the value of a mark is in the drawing without pointing at it: the largest, and the first of a line.
func (c *Chart) told(marks []mark, i int) bool { return i == highest(marks) || c.Scaled && i == 0 }

// scale returns the height at which a value is drawn.
func (c *Chart) scale() func(v int64) int {
	low, high := int64(0), int64(1)
	for _, p := range c.Points {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	plot := int64(chartHeight - chartTop - chartFoot)
	return func(v int64) int { return chartTop + int(plot-scaled(v-low, plot, high-low)) }
}

// zero is where the axis is drawn.
func (c *Chart) zero() int { return c.scale()(0) }

// scaled is v*to/of without overflow for what charts show.
func scaled(v, to, of int64) int64 {
	for of > 1<<40 {
		v, of = v>>1, of>>1
	}
	return v * to / max(1, of)
}

// outline is the line through the marks, closed below for an area.
func outline(marks []mark, area bool) string {
	var b strings.Builder
	for i, m := range marks {
		if i == 0 {
			b.WriteByte('M')
		} else {
			b.WriteByte('L')
		}
		b.WriteString(strconv.Itoa(m.Mid) + " " + strconv.Itoa(m.Y))
	}
	if area && len(marks) > 0 {
		base := strconv.Itoa(chartHeight - chartFoot)
		b.WriteString("L" + strconv.Itoa(marks[len(marks)-1].Mid) + " " + base + "L" + strconv.Itoa(marks[0].Mid) + " " + base + "Z")
	}
	return b.String()
}

func itoa(n int) string { return strconv.Itoa(n) }

func viewBox() string { return "0 0 " + itoa(chartWidth) + " " + itoa(chartHeight) }

// highest is the index of the last of the largest values, which is labelled in the drawing.
func highest(marks []mark) int {
	at := 0
	for i := range marks {
		if marks[i].Value >= marks[at].Value {
			at = i
		}
	}
	return at
}

// anchor keeps the text of a mark inside the drawing.
func anchor(m mark) string {
	switch {
	case m.Mid < chartWidth/8:
		return "start"
	case m.Mid > chartWidth*7/8:
		return "end"
	}
	return "middle"
}
