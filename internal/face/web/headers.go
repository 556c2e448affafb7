package web

import (
	"encoding/base64"
	"net/http"
	"unicode/utf8"
)

// policy lets a page load what lies here, and nothing else; no inline script or style either.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func secureHeaders(h http.Header, tls bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if tls {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// flashCookie carries one sentence to the next page.
const (
	flashCookie  = "postmeter_said"
	flashSeconds = 60
	maxFlash     = 500 // bytes
)

func setFlash(w http.ResponseWriter, said string, tls bool) {
	said = said[:min(len(said), maxFlash)]
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever people come over TLS
		Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(said)), Path: "/", MaxAge: flashSeconds,
		HttpOnly: true, Secure: tls, SameSite: http.SameSiteLaxMode,
	})
}

// takeFlash returns the sentence that the page before left, and takes it away.
func takeFlash(w http.ResponseWriter, r *http.Request, tls bool) string {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	gone := &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: tls, SameSite: http.SameSiteLaxMode} //nolint:gosec // as above
	http.SetCookie(w, gone)
	said, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || len(said) > maxFlash || !utf8.Valid(said) {
		return ""
	}
	return string(said)
}
