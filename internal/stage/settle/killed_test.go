package settle_test

import (
	"context"
	"sync/atomic"
)

// failing is a context that ends by itself after it was asked a number of times: what is done with it is broken off at
// some statement, wherever that is. A transaction that was not committed by then is undone.
type failing struct {
	context.Context
	left   atomic.Int64
	cancel context.CancelFunc
}

func newFailing(asked int) *failing {
	ctx, cancel := context.WithCancel(context.Background())
	f := &failing{Context: ctx, cancel: cancel}
	f.left.Store(int64(asked))
	return f
}

// Done counts: every statement asks whether it is still wanted.
func (f *failing) Done() <-chan struct{} {
	if f.left.Add(-1) < 0 {
		f.cancel()
	}
	return f.Context.Done()
}
