package httpkit

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"postmeter/internal/domain/fault"
)

// Body says what body a route takes.
type Body struct {
	Max  int64 // bytes at most, unpacked; 0: DefaultBody
	Gzip bool  // it may come compressed
}

// DefaultBody is how many bytes a body has at most where a route does not say otherwise.
const DefaultBody = 1 << 20

// limit puts the limits of a route on the body of a request, and unpacks it.
func (b Body) limit(w http.ResponseWriter, r *http.Request) error {
	if b.Max == 0 {
		b.Max = DefaultBody
	}
	r.Body = http.MaxBytesReader(w, r.Body, b.Max)
	coding := strings.ToLower(r.Header.Get("Content-Encoding"))
	switch {
	case coding == "" || coding == "identity":
		return nil
	case coding != "gzip" || !b.Gzip:
		return WithStatus(http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "a body with Content-Encoding %.20q is not taken here", coding))
	}
	text, err := b.unpack(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	r.ContentLength = int64(len(text))
	r.Header.Del("Content-Encoding")
	return nil
}

// unpack reads a compressed body. A small one may stand for a huge one: no more is unpacked than is allowed.
func (b Body) unpack(packed io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, badGzip(err)
	}
	text, err := io.ReadAll(io.LimitReader(z, b.Max+1))
	if err != nil {
		return nil, badGzip(err)
	}
	if int64(len(text)) > b.Max {
		return nil, &http.MaxBytesError{Limit: b.Max}
	}
	return text, nil
}

func badGzip(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return WithStatus(http.StatusBadRequest, fault.New(fault.Invalid, "the body is not an intact gzip: nothing was taken"))
}
