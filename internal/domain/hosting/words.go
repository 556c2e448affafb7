package hosting

import "strconv"

// Things writes how many there are of something: 1 list, 3 lists.
func Things(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}
