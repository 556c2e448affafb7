//go:build soak

package settle_test

import (
	"path/filepath"
	"testing"

	"postmeter/internal/store/storetest"
)

// TestSoakHistories plays as many histories as -rapid.checks says, on both engines.
func TestSoakHistories(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { histories(t, "sqlite:"+filepath.Join(t.TempDir(), "history.db"), 0) })
	t.Run("postgres", func(t *testing.T) { histories(t, storetest.Postgres(t), 0) })
}
