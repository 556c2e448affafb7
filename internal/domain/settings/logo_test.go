package settings_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
)

const png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

func TestALogoIsAPictureThatMailsShow(t *testing.T) {
	logo, err := settings.ParseLogo(png)
	if err != nil || logo.Type != "image/png" || logo.URL() != png {
		t.Errorf("%v: %s", err, logo.URL())
	}
	if none, err := settings.ParseLogo(""); err != nil || none.URL() != "" {
		t.Errorf("%v: %q", err, none.URL())
	}
	for text, want := range map[string]string{
		"https://example.org/logo.png":        "is no picture",
		"data:image/png;base64,====":          "is no base64",
		"data:image/png;base64,aGVsbG8=":      "is no PNG, JPEG or GIF",
		"data:image/svg+xml;base64,PHN2Zz4":   "is no base64",
		strings.Replace(png, "png", "gif", 1): "another kind",
	} {
		if _, err := settings.ParseLogo(text); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.MessageOf(err), want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	if _, err := settings.NewLogo(make([]byte, settings.MaxLogo+1)); err == nil || !strings.Contains(fault.MessageOf(err), "larger than 64 KB") {
		t.Errorf("a large one: %v", err)
	}
}

func TestTheHistoryKeepsNoPicture(t *testing.T) {
	was := settings.Default()
	is := settings.Default()
	is.Company.Logo = png
	before, after := was.Changes(is)
	if got := settings.History(after)["company.logo"]; !strings.HasPrefix(got, "image/png, 67 bytes, ") || settings.History(before)["company.logo"] != "" {
		t.Errorf("%q", got)
	}
	if after["company.logo"] != png {
		t.Error("the stored setting was changed")
	}
}
