package rating

// The names of scopes, methods, measures, tier modes and kinds, as documents
// write them, in the order of their constants.
var (
	ScopeNames    = []string{"group", "list", "server"}
	MethodNames   = []string{"", "messages", "bandwidth", "members"}
	MeasureNames  = []string{"peak", "average", "last"}
	TierModeNames = []string{"graduated", "volume"}
	KindNames     = []string{"plan", "overage", "minimum", "charge", "complimentary", "late"}
)

// String returns the scope's name.
func (s Scope) String() string { return nameOf(ScopeNames, int(s)) }

// String returns the method's name, "" of MethodNone.
func (m Method) String() string { return nameOf(MethodNames, int(m)) }

// String returns the measure's name.
func (m Measure) String() string { return nameOf(MeasureNames, int(m)) }

// String returns the tier mode's name.
func (m TierMode) String() string { return nameOf(TierModeNames, int(m)) }

// String returns the kind's name.
func (k Kind) String() string { return nameOf(KindNames, int(k)) }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "unknown"
}
