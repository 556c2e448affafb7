package store

// PairQueries are the queries of a review, for tests of how they are answered.
func PairQueries() map[PairKind]string { return pairs }
