package admin

import "testing"

func TestSentencesBeginAsTheyShould(t *testing.T) {
	for message, want := range map[string]string{
		"":                              "",
		"the card expired":              "The card expired.",
		"lists1/acme.test/news is gone": "lists1/acme.test/news is gone.",
		"über alles":                    "Über alles.",
	} {
		if got := sentenceOf(message); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
	}
}

func TestChangedLinesTellNoZeros(t *testing.T) {
	for _, test := range []struct{ added, removed, changed, want string }{{"0", "0", "1", "1 changed"}, {"3", "2", "", "3 added, 2 removed"}, {"0", "0", "0", ""}} {
		if got := changedLines(test.added, test.removed, test.changed); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}
