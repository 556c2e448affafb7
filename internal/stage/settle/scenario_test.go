package settle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postmeter/internal/store/storetest"
)

// TestScenarios plays every scenario of testdata on both engines. The README there says how to write one.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			storetest.Each(t, func(t *testing.T, url string) {
				p := &play{world: newWorld(t, url), lists: map[string]string{}}
				if err := p.all(string(text)); err != nil {
					t.Fatalf("%s:%v", file, err)
				}
			})
		})
	}
}

// play is a scenario on its way.
type play struct {
	*world
	records int
	lists   map[string]string // of records, as the fields of a report
}

// step is a line of a scenario with the indented lines below it.
type step struct {
	line  int // from 1
	text  string
	block []string
}

// all plays the steps; after each the books must add up.
func (p *play) all(text string) error {
	for _, s := range steps(text) {
		err := p.step(s)
		if err == nil {
			err = p.audit()
		}
		if err != nil {
			return fmt.Errorf("%d: %s: %w", s.line, s.text, err)
		}
	}
	return nil
}

func steps(text string) (out []step) {
	for i, line := range strings.Split(text, "\n") {
		indented := strings.HasPrefix(line, "  ")
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "" || strings.HasPrefix(trimmed, "#") && !indented:
		case indented && len(out) > 0:
			out[len(out)-1].block = append(out[len(out)-1].block, strings.TrimPrefix(line, "  "))
		default:
			out = append(out, step{line: i + 1, text: trimmed})
		}
	}
	return out
}

// step plays one step. What is refused must be announced: refused "why" before the step.
func (p *play) step(s step) error {
	rest, announced := strings.CutPrefix(s.text, "refused ")
	if !announced {
		return p.do(&words{text: s.text}, s.block)
	}
	w := &words{text: rest}
	why := w.next()
	err := p.do(w, s.block)
	switch {
	case w.err != nil:
		return w.err
	case err == nil:
		return fmt.Errorf("it was done and should have been refused")
	case !strings.Contains(err.Error(), why):
		return fmt.Errorf("it was refused with: %w", err)
	}
	return nil
}
