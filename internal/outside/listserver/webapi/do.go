package webapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/listserver"
)

// Request is one question to a server.
type Request struct {
	Method string     // "": GET
	Path   []string   // below the API's own, each segment as it is, without escapes
	Query  url.Values // may be nil
	Type   string     // of the body, "" without one
	Body   []byte
	Header http.Header // beside what proves who asks; may be nil
	Accept []int       // statuses that are answers too, besides 200 to 299
	Repeat bool        // asking again does no harm, although the method is not GET
}

// Answer is what a server answered, whole.
type Answer struct {
	Status int
	Date   time.Time // the server's clock; zero if it does not tell
	Type   string    // media type, lower case, without parameters
	Body   []byte
}

// JSON asks, and reads the answer into a value. Answers without a body, and those with a status of Accept, are not read.
func (c *Client) JSON(ctx context.Context, r Request, into any) (Answer, error) {
	a, err := c.Do(ctx, r)
	if err != nil || a.Status == http.StatusNoContent || slices.Contains(r.Accept, a.Status) {
		return a, err
	}
	if a.Type == "text/html" || bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<")) {
		return a, c.webPage()
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && syntax.Offset >= int64(len(a.Body)) {
			return a, fault.Wrap(fault.Unavailable, c.clean(err), "%s broke off its answer; nothing was taken from it. Try again later", c)
		}
		return a, fault.Wrap(fault.Invalid, c.clean(err), "%s answered something else than was asked for: check the URL, and whether its version is supported", c)
	}
	return a, nil
}

// Do asks, again if the network breaks off the answer and asking again does no harm.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	again := r.Repeat || r.Method == "" || r.Method == http.MethodGet
	for attempt := 1; ; attempt++ {
		a, err := c.once(ctx, r)
		if err == nil {
			return a, c.refused(a, r)
		}
		if !again || attempt == listserver.MaxFailures || !brokenOff(err) || ctx.Err() != nil {
			return Answer{}, c.failed(ctx, err)
		}
		pause(ctx, attempt)
	}
}

// once asks one time. Its errors are of the network.
func (c *Client) once(ctx context.Context, r Request) (a Answer, err error) {
	limited, cancel := c.limited(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, r.Method, c.address(r), bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, err
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	if r.Type != "" {
		request.Header.Set("Content-Type", r.Type)
	}
	request.Header.Set("User-Agent", "Postmeter")
	c.sign(request)
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, because(limited, err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(response.Body, c.options.MaxAnswer+1))
	if err != nil {
		return Answer{}, because(limited, err)
	}
	if int64(len(body)) > c.options.MaxAnswer {
		return Answer{}, errLong
	}
	a = Answer{Status: response.StatusCode, Body: body}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err == nil {
		a.Type = kind
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		a.Date = date.UTC()
	}
	if a.Status >= 300 && a.Status < 400 {
		return Answer{}, redirect(response.Header.Get("Location"))
	}
	return a, nil
}

// address puts the path and the query behind the URL of the API.
func (c *Client) address(r Request) string {
	escaped := make([]string, len(r.Path))
	for i, segment := range r.Path {
		escaped[i] = url.PathEscape(segment)
	}
	text := c.base.String()
	if len(escaped) > 0 {
		text += "/" + strings.Join(escaped, "/")
	}
	if len(r.Query) > 0 {
		text += "?" + r.Query.Encode()
	}
	return text
}
