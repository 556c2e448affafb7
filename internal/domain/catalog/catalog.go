// Package catalog holds what a provider sells: hosting plans and additional charges, each with its versions.
//
// A plan is known by its code. What it costs is a version with a first day of validity, written as the canonical
// JSON of a plan in a scenario; rating compiles it. A version that no sent invoice used may be changed in place; one
// that was used stays as it is, and a new one begins on the first day that no sent invoice covers. Name, description
// and limits have no versions: they change no amount.
package catalog

import (
	"slices"

	"postmeter/internal/domain/period"
)

// Plan is a hosting plan with all its versions, the oldest first. There is at least one, and the first version of
// a plan is valid from period.First.
type Plan struct {
	ID          int64
	Code        string // the id that files and lines use
	Name        string
	Description string
	Limits      Limits
	Versions    []Version
}

// Charge is an additional charge with all its versions, as for Plan.
type Charge struct {
	ID          int64
	Code        string
	Name        string
	Description string
	Versions    []Version
}

// Version is one wording of a plan's or charge's price.
type Version struct {
	ID         int64
	FirstDay   period.Date // valid from this day until the next version begins
	Definition string      // canonical JSON
}

// Limits is how much a customer may have on a plan; 0 is unlimited. They change no price: validation reports who
// is over or near.
type Limits struct {
	Members        int64 `json:"members"`
	MembersPerList int64 `json:"members_per_list"`
	Lists          int64 `json:"lists"`
	ListsPerSite   int64 `json:"lists_per_site"`
	Sites          int64 `json:"sites"`
}

// VersionOn returns the index of the version that is valid on a day, -1 if there is none yet.
func VersionOn(versions []Version, day period.Date) int {
	for i, v := range slices.Backward(versions) {
		if v.FirstDay <= day {
			return i
		}
	}
	return -1
}
