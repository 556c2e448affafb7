package evidence

import (
	"math/big"

	"postmeter/internal/domain/rating"
)

const bytesPerKB = 1024

var bytesPerGB = big.NewInt(1 << 30)

// quantityOf is what one delivery counts for: message units, or GB.
func quantityOf(c *rating.ComponentSpec, bytes, recipients int64) *big.Rat {
	r := big.NewInt(recipients)
	if c.Method == rating.Bandwidth {
		return new(big.Rat).SetFrac(r.Mul(r, big.NewInt(bytes)), bytesPerGB)
	}
	q := new(big.Rat).SetInt(r)
	if c.UnitKB == 0 {
		return q
	}
	units := big.NewRat(steppedUp(bytes, c.StepKB), bytesPerKB*c.UnitKB)
	if units.Cmp(big.NewRat(1, 1)) < 0 {
		return q // a small message is one unit
	}
	return q.Mul(q, units)
}

// steppedUp rounds bytes up to a multiple of step KB; 0 leaves them.
func steppedUp(bytes, stepKB int64) int64 {
	step := stepKB * bytesPerKB
	if step == 0 {
		return bytes
	}
	return (bytes + step - 1) / step * step
}
