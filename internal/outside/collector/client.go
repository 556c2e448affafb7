package collector

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
)

// Config says where the billing server is, and who asks.
type Config struct {
	URL     string         // https://…; http:// only to this machine
	Token   string         // with the scope agent
	Server  string         // whose logs are reported: that of the token
	Machine string         // what this machine calls itself
	Roots   *x509.CertPool // that are trusted; nil: those of the system
}

// Limits of a conversation.
const (
	connectLimit = 10 * time.Second
	answerLimit  = 2 * time.Minute // of a whole request
	answerBytes  = 64 << 10        // of an answer
)

// Client speaks to a billing server. It is safe for concurrent use.
type Client struct {
	Config
	http *http.Client
}

// New checks the configuration; nothing is sent yet.
func New(config Config) (*Client, error) {
	at, err := url.Parse(config.URL)
	switch {
	case err != nil || at.Host == "" || at.User != nil || at.RawQuery != "":
		return nil, fault.At("url", "%q is not the address of a billing server: write one such as https://billing.example.org", config.URL)
	case at.Scheme == "http" && !loopback(at.Hostname()):
		return nil, fault.At("url", "%s is not encrypted, and logs and token could be read on the way: write https://…", config.URL)
	case at.Scheme != "http" && at.Scheme != "https":
		return nil, fault.At("url", "%q must begin with https://", config.URL)
	}
	config.URL = strings.TrimSuffix(config.URL, "/")
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connectLimit}).DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: config.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: connectLimit,
		IdleConnTimeout:     time.Minute,
		ForceAttemptHTTP2:   true,
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{config, &http.Client{Transport: transport, Timeout: answerLimit, CheckRedirect: stay}}, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Known says how far a log was counted.
func (c *Client) Known(ctx context.Context, log usage.Log) (usage.Reached, error) {
	query := url.Values{"server": {c.Server}, "format": {log.Format}}
	var out Reached
	err := c.ask(ctx, http.MethodGet, LogsPath+"/"+hex.EncodeToString(log.Head)+"?"+query.Encode(), "", nil, &out)
	return c.reached(out, err)
}

// Take hands a stretch over, compressed.
func (c *Client) Take(ctx context.Context, s *usage.Stretch) (usage.Reached, error) {
	var body bytes.Buffer
	z, err := gzip.NewWriterLevel(&body, gzip.BestSpeed)
	if err != nil {
		return usage.Reached{}, err
	}
	n, err := io.Copy(z, io.LimitReader(s.Lines, MaxStretch+1))
	if err := errors.Join(err, z.Close()); err != nil {
		return usage.Reached{}, err
	}
	if n > MaxStretch {
		return usage.Reached{}, fault.New(fault.Invalid, "a line at byte %d is longer than %d MB and cannot be reported: is this the right file?", s.Offset, MaxStretch>>20)
	}
	query := url.Values{"server": {c.Server}, "format": {s.Format}, "head": {hex.EncodeToString(s.Head)}, "path": {s.Path},
		"offset": {strconv.FormatInt(s.Offset, 10)}, "state": {encodeState(s.State)}, "written": {strconv.FormatInt(s.Written, 10)}}
	var out Reached
	err = c.ask(ctx, http.MethodPost, LogsPath+"?"+query.Encode(), "text/plain", &body, &out)
	return c.reached(out, err)
}

// Last asks for the log that was last read at a path of this machine.
func (c *Client) Last(ctx context.Context, log usage.Log, path string) (usage.LastRead, error) {
	query := url.Values{"server": {c.Server}, "format": {log.Format}, "machine": {c.Machine}, "path": {path}}
	var out Last
	if err := c.ask(ctx, http.MethodGet, StatePath+"?"+query.Encode(), "", nil, &out); err != nil {
		return usage.LastRead{}, err
	}
	head, err := hex.DecodeString(out.Head)
	if err != nil {
		return usage.LastRead{}, c.unclear(err)
	}
	return usage.LastRead{Head: head, SeenAt: out.SeenAt}, nil
}

// Tell tells how it goes.
func (c *Client) Tell(ctx context.Context, feeds []usage.FeedState, alerts []usage.LogAlert) error {
	text, err := json.Marshal(NewState(c.Machine, feeds, alerts))
	if err != nil {
		return err
	}
	return c.ask(ctx, http.MethodPost, StatePath+"?"+url.Values{"server": {c.Server}}.Encode(), "application/json", bytes.NewBuffer(text), nil)
}

func (c *Client) reached(r Reached, err error) (usage.Reached, error) {
	if err != nil {
		return usage.Reached{}, err
	}
	out, err := r.usage()
	if err != nil {
		return out, fault.Wrap(fault.Unavailable, err, "%s gave an answer that is none of a billing server: check the url", c.URL)
	}
	return out, nil
}

// ask sends a request and reads the answer.
func (c *Client) ask(ctx context.Context, method, path, kind string, body *bytes.Buffer, into any) error {
	var from io.Reader
	if body != nil {
		from = body
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL+path, from)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("User-Agent", "postmeter-agent")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if kind == "text/plain" {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return c.away(ctx, err)
	}
	defer func() { _ = answer.Body.Close() }() //nolint:errcheck // it was read, or is of no use
	text, err := io.ReadAll(io.LimitReader(answer.Body, answerBytes))
	if err != nil {
		return c.away(ctx, err)
	}
	if answer.StatusCode < http.StatusOK || answer.StatusCode >= http.StatusMultipleChoices {
		return c.refused(answer.StatusCode, text)
	}
	if into == nil {
		return nil
	}
	return c.unclear(json.Unmarshal(text, into))
}

func (c *Client) unclear(err error) error {
	return fault.Wrap(fault.Unavailable, err, "%s gave an answer that is none of a billing server: check the url", c.URL)
}

// away says that no answer came. The address of an error of net/url holds the request, which is nobody's business.
func (c *Client) away(ctx context.Context, err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	if ctx.Err() != nil {
		return fault.Wrap(fault.Canceled, errors.Join(ctx.Err(), err), "%s: stopped before it answered", c.URL)
	}
	return fault.Wrap(fault.Unavailable, err, "%s does not answer: %v; nothing is lost, it is tried again", c.URL, err)
}

// refused turns a status into a fault.
func (c *Client) refused(status int, text []byte) error {
	var problem struct {
		Detail string `json:"detail"`
	}
	kind, said := fault.Unavailable, fmt.Sprintf("status %d", status)
	known := json.Unmarshal(text, &problem) == nil && problem.Detail != ""
	if known {
		said = problem.Detail
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		kind = fault.Denied
	case http.StatusConflict:
		kind = fault.Conflict
	case http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusBadRequest:
		kind = fault.Invalid
	}
	return fault.New(kind, "%s says: %s", c.URL, said)
}
