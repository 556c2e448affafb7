package settings

import (
	"time"

	"postmeter/internal/domain/period"
)

// LoadZone returns the time zone of an IANA name. It is an Invalid fault when there is none.
func LoadZone(name string) (*time.Location, error) { return period.LoadZone(name) }
