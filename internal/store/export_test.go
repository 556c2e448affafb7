package store

// PairQueries are the queries of a review, for tests of how they are answered.
func PairQueries() map[PairKind]string { return pairs }

// NestedLoops says whether PostgreSQL may go through one table once for each row of another, while it answers what is joined whole, and after.
func (s *Snapshot) NestedLoops() (while, after string, err error) {
	const asked = `SELECT current_setting('enable_nestloop')`
	err = s.joinWhole(func() error {
		_, err := s.one(asked, nil, &while)
		return err
	})
	if err == nil {
		_, err = s.one(asked, nil, &after)
	}
	return while, after, err
}
