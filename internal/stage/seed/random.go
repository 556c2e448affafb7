package seed

// random is a small generator of its own (splitmix64), so that a seed means the same provider for ever.
type random struct{ state uint64 }

// newRandom returns a generator for one customer, so that customers can be made in any order.
func newRandom(seed uint64, customer int) random {
	r := random{seed*0x9e3779b97f4a7c15 ^ uint64(customer)}
	r.next()
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// oneIn is true once in n times, about.
func (r *random) oneIn(n int) bool { return r.below(n) == 0 }

// skewed returns a number from low to low<<doublings, small ones more often: each doubling is as likely as the others.
func (r *random) skewed(low, doublings int) int {
	base := low << r.below(doublings)
	return base + r.below(base)
}
