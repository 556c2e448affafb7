package cli

import (
	"postmeter/internal/domain/period"
)

// periodFlags are the first and the last day of a billing period.
type periodFlags struct {
	Start string `placeholder:"DATE" help:"First day of the period, such as 2026-09-01."`
	End   string `placeholder:"DATE" help:"Last day of the period, such as 2026-09-30."`
}

// period returns the days that the flags say. given is false if neither was given; only one is wrong usage.
func (f *periodFlags) period() (p period.Period, given bool, err error) {
	if f.Start == "" && f.End == "" {
		return p, false, nil
	}
	if f.Start == "" || f.End == "" {
		return p, false, usagef("--start and --end belong together")
	}
	if p.Start, err = period.Parse(f.Start); err != nil {
		return p, false, usagef("--start: %v", err)
	}
	if p.End, err = period.Parse(f.End); err != nil {
		return p, false, usagef("--end: %v", err)
	}
	if !p.Valid() {
		return p, false, usagef("--end %s is before --start %s", f.End, f.Start)
	}
	return p, true, nil
}
