//go:build soak

package gather_test

import "testing"

// TestSoakKill is TestKill for long.
func TestSoakKill(t *testing.T) { testKill(t, 1000) }
