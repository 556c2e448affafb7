package settings

import (
	"time"

	"postmeter/internal/domain/fault"
)

// LoadZone returns the time zone of an IANA name. It is an Invalid fault when there is none; "" and "Local", which
// would mean another zone on another machine, count as none.
func LoadZone(name string) (*time.Location, error) {
	if name != "" && name != "Local" {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc, nil
		}
	}
	return nil, fault.New(fault.Invalid, "%.60q is not a time zone: use an IANA name, such as America/New_York or UTC", name)
}
