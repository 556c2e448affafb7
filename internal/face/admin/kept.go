package admin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
)

// What is added up over everything takes a while with millions of rows: it is kept, and added up anew in the background.
const (
	sumsFresh    = time.Minute     // is shown as it is
	sumsUsable   = 3 * time.Minute // is shown while it is added up anew
	sumsPatience = 60 * time.Millisecond
	sumsLimit    = 10 * time.Minute // adding up ends
	sumsKept     = 50               // different ones
)

// keptSums keeps what was added up, by what it is about.
type keptSums[K comparable, V any] struct {
	mu   sync.Mutex
	kept map[K]*sums[V]
}

// sums are one thing that was added up, or is being.
type sums[V any] struct {
	value V
	err   error
	at    time.Time     // when adding up began; zero: there is no value yet
	under chan struct{} // closed when what is under way is done; nil: nothing is
}

// read returns what is kept, or waits a moment for it; ready is false when it is still being added up.
func (k *keptSums[K, V]) read(ctx context.Context, key K, now time.Time, add func(context.Context) (V, error)) (v V, ready bool, err error) {
	k.mu.Lock()
	s := k.kept[key]
	if s == nil {
		if k.kept == nil || len(k.kept) >= sumsKept {
			k.kept = map[K]*sums[V]{}
		}
		s = &sums[V]{}
		k.kept[key] = s
	}
	age := now.Sub(s.at)
	if s.under == nil && (s.at.IsZero() || age >= sumsFresh) {
		s.under = make(chan struct{})
		go k.add(context.WithoutCancel(ctx), s, now, add)
	}
	under := s.under
	if !s.at.IsZero() && (under == nil || age < sumsUsable) {
		defer k.mu.Unlock()
		return s.value, true, s.err
	}
	k.mu.Unlock()
	select {
	case <-under:
	case <-time.After(sumsPatience):
		return v, false, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.value, true, s.err
}

func (k *keptSums[K, V]) add(ctx context.Context, s *sums[V], now time.Time, add func(context.Context) (V, error)) {
	limited, cancel := context.WithTimeout(ctx, sumsLimit)
	defer cancel()
	v, err := guarded(limited, add)
	k.mu.Lock()
	defer k.mu.Unlock()
	s.value, s.err, s.at = v, err, now
	if err != nil {
		s.at = now.Add(-sumsFresh) // the next one tries again
	}
	close(s.under)
	s.under = nil
}

// guarded makes an error of a panic: nobody else would catch it.
func guarded[V any](ctx context.Context, add func(context.Context) (V, error)) (v V, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("panic: %v", bug), "What is shown here could not be added up. Nothing was changed.")
		}
	}()
	return add(ctx)
}

// addingUp is shown in the place of a page whose sums are not ready yet. It asks for the page again by itself.
func (s *site) addingUp(c *web.Context, page web.Page) error {
	page.Action = nil
	page.Lead = "There is much to add up."
	return c.Render(page, addingUpView(c.R.URL.RequestURI()))
}
