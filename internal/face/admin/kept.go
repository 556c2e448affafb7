package admin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// What is added up over everything takes a while with millions of rows: it is kept as long as nothing was changed, and else
// added up anew in the background, one after the other, and so seldom that it costs no more than a small part of a core.
const (
	sumsFresh     = 2 * time.Second  // are shown as they are
	sumsPart      = 50               // so many times what adding up took, they are too: that is 2 % of a core
	sumsUnchanged = 10 * time.Minute // they are added up anew though no change was noticed: addresses that refuse a mail are none
	sumsUsable    = 3                // so many times the time for which they are fresh, they are shown while they are added up anew
	sumsPatience  = 40 * time.Millisecond
	sumsLimit     = 10 * time.Minute // adding up ends
	sumsKept      = 500              // different ones
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
	at    time.Time // when adding up began; zero: there is no value yet
	took  time.Duration
	mark  insight.Mark  // what had been changed then
	under chan struct{} // closed when what is under way is done; nil: nothing is
}

// fresh says for how long the sums need not be added up anew.
func (s *sums[V]) fresh(mark insight.Mark) time.Duration {
	if s.err == nil && s.mark == mark {
		return sumsUnchanged
	}
	return min(max(sumsFresh, sumsPart*s.took), sumsUnchanged)
}

// asked is who asks for sums: when, by which clock, and with what changed until then.
type asked struct {
	at    time.Time
	clock func() time.Time
	mark  insight.Mark

	patience time.Duration // how long it waits for what is being added up
	turn     chan struct{} // of who adds up: holds one at a time
}

// read returns what is kept, or waits a moment for it; ready is false when it is still being added up.
func (k *keptSums[K, V]) read(ctx context.Context, key K, by asked, add func(context.Context) (V, error)) (v V, ready bool, err error) {
	k.mu.Lock()
	s := k.kept[key]
	if s == nil {
		if k.kept == nil || len(k.kept) >= sumsKept {
			k.kept = map[K]*sums[V]{}
		}
		s = &sums[V]{}
		k.kept[key] = s
	}
	age, fresh := by.at.Sub(s.at), s.fresh(by.mark)
	if s.under == nil && (s.at.IsZero() || age >= fresh) {
		s.under = make(chan struct{})
		go k.add(context.WithoutCancel(ctx), s, by, add)
	}
	under := s.under
	if !s.at.IsZero() && (under == nil || age < sumsUsable*fresh) {
		defer k.mu.Unlock()
		return s.value, true, s.err
	}
	k.mu.Unlock()
	select {
	case <-under:
	case <-time.After(by.patience):
		return v, false, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.value, true, s.err
}

func (k *keptSums[K, V]) add(ctx context.Context, s *sums[V], by asked, add func(context.Context) (V, error)) {
	limited, cancel := context.WithTimeout(ctx, sumsLimit)
	defer cancel()
	var v V
	var err error
	began := by.clock()
	select {
	case by.turn <- struct{}{}:
		began = by.clock()
		v, err = guarded(limited, add)
		<-by.turn
	case <-limited.Done():
		err = limited.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s.value, s.err, s.at, s.mark, s.took = v, err, by.at, by.mark, by.clock().Sub(began)
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

// asks says who asks for sums, with a request.
func (s *site) asks(c *web.Context) (asked, error) {
	mark, err := insight.ReadMark(c.Ctx(), s.DB)
	return asked{c.Now, s.Now, mark, sumsPatience, s.turn}, err
}

// addingUp is shown in the place of a page whose sums are not ready yet. It asks for the page again by itself.
func (s *site) addingUp(c *web.Context, page web.Page) error {
	page.Action = nil
	page.Lead = "There is much to add up."
	return c.Render(page, addingUpView(c.R.URL.RequestURI()))
}
