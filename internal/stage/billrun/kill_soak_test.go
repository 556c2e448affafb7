//go:build soak

package billrun_test

import "testing"

// TestSoakARunKilledAnywhere kills many more runs.
func TestSoakARunKilledAnywhere(t *testing.T) {
	few := kills
	defer func() { kills = few }()
	kills = 500
	TestARunKilledAnywhereGivesTheSameBills(t)
}
