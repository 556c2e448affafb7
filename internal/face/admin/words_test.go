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
