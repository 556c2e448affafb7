package doc

// Given says whether the field stands in the document, be it as null. For documents in which leaving a field out means
// to keep its value, and null means to reset it.
func (r *Reader) Given(name string) bool {
	if r.node == nil {
		return false
	}
	for i := range r.node.Fields {
		if r.node.Fields[i].Name == name {
			return true
		}
	}
	return false
}
