package admin

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
)

// checkDays finds what is wrong with the fields start and end of a form that must have both.
func checkDays(f *web.Form) error {
	var faults fault.List
	days := period.Open()
	for _, one := range []struct {
		name string
		into *period.Date
	}{{"start", &days.Start}, {"end", &days.End}} {
		day, err := period.Parse(f.Get(one.name))
		switch {
		case f.Get(one.name) == "":
			faults.Add(one.name, "is missing")
		case err != nil:
			faults.AddError(one.name, err)
		default:
			*one.into = day
		}
	}
	if len(faults) == 0 && !days.Valid() {
		faults.Add("end", "is before the start, %s", days.Start)
	}
	return faults.Err()
}
