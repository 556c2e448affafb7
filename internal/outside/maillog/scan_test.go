package maillog

import (
	"strconv"
	"testing"
)

func TestNumber(t *testing.T) {
	for _, text := range []string{"0", "7 ", "12 refused=", "123456 x", "1234567 xx", "12345678", "12345678 ", "123456789 x", "0000000000012 ", "99999999 rest", "00000001 rest"} {
		digits := 0
		for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
			digits++
		}
		want, err := strconv.ParseInt(text[:digits], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		n, rest, ok := number([]byte(text))
		if !ok || n != want || string(rest) != text[digits:] {
			t.Errorf("number(%q) = %d, %q, %v; want %d", text, n, rest, ok, want)
		}
	}
}
