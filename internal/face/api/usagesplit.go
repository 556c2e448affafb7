package api

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/stage/gather"
)

// The forms of a batch.
const (
	typeJSON   = "application/json"
	typeLines  = "application/x-ndjson"
	typeEvent  = "application/cloudevents+json"
	typeEvents = "application/cloudevents-batch+json"
)

// split takes a batch apart into its records, and refuses it as a whole if that cannot be done.
func split(contentType string, body []byte) ([][]byte, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if contentType == "" {
		kind, err = typeJSON, nil
	}
	body = bytes.TrimSpace(body)
	isArray := len(body) > 0 && body[0] == '['
	switch {
	case err == nil && kind == typeLines:
		return splitLines(body)
	case err == nil && (kind == typeEvents || kind == typeJSON && isArray):
		return splitArray(body)
	case err == nil && (kind == typeJSON || kind == typeEvent):
		if !json.Valid(body) {
			return nil, badBatch("the body is not a JSON object")
		}
		return [][]byte{body}, nil
	}
	return nil, httpkit.WithStatus(http.StatusUnsupportedMediaType, fault.New(fault.Invalid,
		"Content-Type %.60q is not taken: use %s, %s, %s or %s", contentType, typeJSON, typeLines, typeEvent, typeEvents))
}

func splitLines(body []byte) (out [][]byte, err error) {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if out = append(out, line); len(out) > gather.MaxReports {
			return nil, tooMany()
		}
	}
	return out, nil
}

func splitArray(body []byte) (out [][]byte, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	if first, err := d.Token(); err != nil || first != json.Delim('[') {
		return nil, badBatch("the body is not a JSON array of records")
	}
	for d.More() {
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return nil, badBatch("the body is not JSON behind record %d", len(out))
		}
		if out = append(out, one); len(out) > gather.MaxReports {
			return nil, tooMany()
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, badBatch("the array of records does not end: the body is cut off")
	}
	if d.More() {
		return nil, badBatch("there is something behind the array of records")
	}
	return out, nil
}

func badBatch(format string, args ...any) error {
	return httpkit.WithStatus(http.StatusBadRequest, fault.New(fault.Invalid, format+": nothing was taken", args...))
}

func tooMany() error {
	return httpkit.WithStatus(http.StatusRequestEntityTooLarge, fault.New(fault.Invalid,
		"there are more than %d records: nothing was taken; send several batches", gather.MaxReports))
}
