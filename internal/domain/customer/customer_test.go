package customer_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
)

// The numbers are those that the brands publish for tests.
func TestCardNumbersAreCheckedAgainstTheirType(t *testing.T) {
	for _, c := range []struct{ brand, number, last4 string }{
		{"Visa", "4242424242424242", "4242"},
		{"Visa", "4222222222222", "2222"},
		{"Visa", "4000 0566 5566 5556", "5556"},
		{"Mastercard", "5555-5555-5555-4444", "4444"},
		{"Mastercard", "2223003122003222", "3222"},
		{"American Express", "378282246310005", "0005"},
		{"Discover", "6011111111111117", "1117"},
		{"Diners Club", "3056930009020004", "0004"},
		{"Diners Club", "36227206271667", "1667"},
		{"JCB", "3566002020360505", "0505"},
		{"UnionPay", "6200000000000005", "0005"},
		{"Visa", "4242424242424241", ""},       // check digit
		{"Mastercard", "4242424242424242", ""}, // another brand's
		{"Visa", "424242424242424242", ""},     // length
		{"Visa", "42424242424242４２", ""},       // other digits
		{"Visa", "", ""},
		{"Visa", "4242 4242 4242 424x", ""},
		{"Rubber", "4242424242424242", ""},
	} {
		got, err := customer.LastDigits(c.number, c.brand)
		if got != c.last4 || (err == nil) != (c.last4 != "") {
			t.Errorf("%s %s gives %q, %v; want %q", c.brand, c.number, got, err, c.last4)
		}
		if err != nil && len(c.number) > 4 && strings.Contains(err.Error(), c.number[:4]) {
			t.Errorf("the fault shows the number: %v", err)
		}
	}
}

func TestACardIsGoodUntilTheEndOfItsMonth(t *testing.T) {
	card := customer.Card{Type: "Visa", Last4: "4242", Expiration: 202602}
	if card.ExpiredOn(period.MustParse("2026-02-28")) || !card.ExpiredOn(period.MustParse("2026-03-01")) {
		t.Error("a card of 2026-02 is good through 2026-02-28, and not longer")
	}
	for field, bad := range map[string]customer.Card{
		"type": {Type: "Rubber", Last4: "4242", Expiration: 202602}, "last4": {Type: "Visa", Last4: "42x2", Expiration: 202602},
		"expiration": {Type: "Visa", Last4: "4242"},
	} {
		if err := bad.Check(); err == nil || !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("%+v gives %v, want a fault of %s", bad, err, field)
		}
	}
	if err := card.Check(); err != nil {
		t.Errorf("a good card gives %v", err)
	}
}

func TestMailAddresses(t *testing.T) {
	for _, good := range []string{"billing@acme.test", "a.b+c@x-y.example.org", "o'hara@x.test", "größe@münchen.test", "1@2.test"} {
		if err := customer.CheckEmail(good); err != nil {
			t.Errorf("%s is refused: %v", good, err)
		}
	}
	for _, bad := range []string{"", "nobody", "@x.test", "a@", "a@b", "a@b..c", "a b@c.test", "a@b.c\nBcc: d@e.test", "a@-b.test", ".a@b.test", "a..b@c.test",
		"A <a@b.test>", "a@b.test,c@d.test", strings.Repeat("a", 65) + "@b.test", "a@" + strings.Repeat("b", 64) + ".test", "a@b.test."} {
		if customer.CheckEmail(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// A word has all initials of each of its beginnings; letters and digits of English have their own.
func TestInitialsOfWords(t *testing.T) {
	words := customer.Words("Zoë's Ärzte 9th 0 яхта 漢字 e\u0301t\u00e9")
	all := customer.Initials(words)
	for _, word := range words {
		for n := range []rune(word) {
			if one := customer.Initials([]string{string([]rune(word)[:n+1])}); one == 0 || all&one != one {
				t.Errorf("%q begins with %b, all with %b", word, one, all)
			}
		}
	}
	for _, other := range []string{"b", "1", "bo"} {
		if bits := customer.Initials([]string{other}); all&bits == bits {
			t.Errorf("%s may be among %q", other, words)
		}
	}
	may := 0
	for second := 'a'; second <= 'z'; second++ {
		if bits := customer.Initials([]string{"z" + string(second)}); all&bits == bits {
			may++
		}
	}
	if may > 10 {
		t.Errorf("%d of 26 that begin with z may be among %q", may, words)
	}
	if all < 0 || customer.Initials(nil) != 0 {
		t.Errorf("all are %d, of nothing %d", all, customer.Initials(nil))
	}
}
