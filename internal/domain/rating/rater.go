package rating

import "postmeter/internal/domain/fault"

// Rater rates inputs one after the other and reuses its memory. The zero value
// is ready. It is not safe for concurrent use.
type Rater struct{ quote Quote }

// Rate returns the quote of an input. The quote belongs to the Rater until its
// next call; Clone keeps it.
func (r *Rater) Rate(in *Input) (*Quote, error) {
	return nil, fault.New(fault.Internal, "not built")
}
