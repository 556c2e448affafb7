package settings

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
)

// MaxLogo is the largest logo, in bytes: it goes out with every mail.
const MaxLogo = 64 << kilo

const kilo = 10 // bits

// Logo is the picture at the head of invoices. Without one Data is empty.
type Logo struct {
	Type string // image/png, image/jpeg or image/gif
	Data []byte
}

// logoTypes are the kinds of pictures that every mail program shows, each with how such a file begins. A drawing that can
// hold scripts is none of them.
var logoTypes = []struct{ name, begin string }{
	{"image/png", "\x89PNG\r\n\x1a\n"}, {"image/jpeg", "\xff\xd8\xff"}, {"image/gif", "GIF8"},
}

// NewLogo takes a picture as it was uploaded. Nothing is no logo. What is too large or no such picture is an Invalid fault.
func NewLogo(data []byte) (Logo, error) {
	if len(data) == 0 {
		return Logo{}, nil
	}
	if len(data) > MaxLogo {
		return Logo{}, fault.New(fault.Invalid, "is larger than %d KB: it goes out with every mail", MaxLogo>>kilo)
	}
	for _, t := range logoTypes {
		if bytes.HasPrefix(data, []byte(t.begin)) {
			return Logo{Type: t.name, Data: data}, nil
		}
	}
	return Logo{}, fault.New(fault.Invalid, "is no PNG, JPEG or GIF picture")
}

// ParseLogo reads a logo as it is stored and stands in files: a data URL, or nothing.
func ParseLogo(text string) (Logo, error) {
	if text == "" {
		return Logo{}, nil
	}
	named, encoded, ok := strings.Cut(strings.TrimPrefix(text, "data:"), ";base64,")
	if !ok || !strings.HasPrefix(text, "data:") {
		return Logo{}, fault.New(fault.Invalid, "is no picture: write it as data:image/png;base64,…")
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Logo{}, fault.New(fault.Invalid, "is no base64 after %q", "data:"+named+";base64,")
	}
	l, err := NewLogo(data)
	if err == nil && l.Type != named {
		err = fault.New(fault.Invalid, "says that it is %.40q, and is another kind of picture or none", named)
	}
	return l, err
}

// URL is the logo as a data URL, "" without one. It is what is stored.
func (l *Logo) URL() string {
	if len(l.Data) == 0 {
		return ""
	}
	return "data:" + l.Type + ";base64," + base64.StdEncoding.EncodeToString(l.Data)
}

// inHistory is how a stored logo stands in the history, which is no place for pictures.
func inHistory(stored string) string {
	l, err := ParseLogo(stored)
	if err != nil || len(l.Data) == 0 {
		return ""
	}
	sum := sha256.Sum256(l.Data)
	return l.Type + ", " + strconv.Itoa(len(l.Data)) + " bytes, " + hex.EncodeToString(sum[:4])
}
