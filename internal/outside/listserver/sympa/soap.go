package sympa

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/listserver/webapi"
)

// envelope is what Sympa answers: a value of a service, or a fault.
type envelope struct {
	Body struct {
		Fault *struct {
			Code string `xml:"faultcode"`
			Text string `xml:"faultstring"`
		} `xml:"Fault"`
		Answer *value `xml:",any"`
	} `xml:"Body"`
}

// value is an element with what is in it. What a list of things is called differs from service to service.
type value struct {
	XMLName xml.Name
	Text    string  `xml:",chardata"`
	Nil     bool    `xml:"nil,attr"`
	Inner   []value `xml:",any"`
}

// items returns the things of a list that is the answer.
func (v *value) items() []map[string]string {
	if v == nil || len(v.Inner) == 0 {
		return nil
	}
	var out []map[string]string
	for _, item := range v.Inner[0].Inner {
		fields := make(map[string]string, len(item.Inner))
		for _, f := range item.Inner {
			fields[f.XMLName.Local] = strings.TrimSpace(f.Text)
		}
		out = append(out, fields)
	}
	return out
}

// flag reads a boolean as SOAP writes them.
func flag(text string) bool { return text == "true" || text == "1" }

// call runs a service of Sympa's as the listmaster, in the name of the application.
func (s *Server) call(ctx context.Context, service string, parameters ...string) (*value, time.Time, error) {
	a, err := s.api.Do(ctx, webapi.Request{
		Method: http.MethodPost, Type: "text/xml; charset=utf-8", Body: s.question(service, parameters), Repeat: service != "del",
		Header: http.Header{"Soapaction": {`"urn:sympasoap#authenticateRemoteAppAndRun"`}},
		Accept: []int{http.StatusInternalServerError}, // a fault
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	body := bytes.TrimSpace(a.Body)
	if a.Type == "text/html" || !bytes.HasPrefix(body, []byte("<?xml")) && !bytes.Contains(body[:min(len(body), 200)], []byte("Envelope")) {
		if a.Status == http.StatusInternalServerError {
			return nil, time.Time{}, fault.New(fault.Unavailable, "%s is not well (status %d): look into its log, and try again later", s.api, a.Status)
		}
		return nil, time.Time{}, s.api.Odd("answered something that is no SOAP")
	}
	var e envelope
	decoder := xml.NewDecoder(bytes.NewReader(body))
	decoder.Strict = true
	if err := decoder.Decode(&e); err != nil {
		return nil, time.Time{}, fault.Wrap(fault.Unavailable, err, "%s broke off its answer, or wrote it wrongly; nothing was taken from it. Try again later", s.api)
	}
	if f := e.Body.Fault; f != nil {
		return nil, time.Time{}, s.fault(f.Text)
	}
	if e.Body.Answer == nil || a.Status != http.StatusOK {
		return nil, time.Time{}, s.api.Odd("answered nothing")
	}
	return e.Body.Answer, a.Date, nil
}

// errUnknownList says that a list is not there, or not any more.
var errUnknownList = fault.New(fault.NotFound, "the list is not on the server")

// fault makes a fault of Sympa's words, which are not repeated: only those that are known say what is wrong.
func (s *Server) fault(text string) error {
	switch text = strings.ToLower(strings.Trim(text, " .")); {
	case strings.Contains(text, "authentication failed"):
		return fault.New(fault.Denied, "%s does not take the application and its password: check both, and trusted_applications.conf", s.api)
	case strings.Contains(text, "not enough privileges"), strings.Contains(text, "not allowed"), strings.Contains(text, "not authenticated"):
		return fault.New(fault.Denied, "%s does not let %s do this: name a listmaster, and let the application set USER_EMAIL in trusted_applications.conf", s.api, s.email)
	case strings.Contains(text, "unknown list"), strings.Contains(text, "undefined list"), strings.Contains(text, "list does not exist"):
		return errUnknownList
	case strings.Contains(text, "internal error"):
		return fault.New(fault.Unavailable, "%s is not well: look into its log, and try again later", s.api)
	}
	return fault.New(fault.Invalid, "%s refused the request: look into its log", s.api)
}

// question is the text of a request.
func (s *Server) question(service string, parameters []string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` +
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" ` +
		`xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ` +
		`soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><soap:Body><ns:authenticateRemoteAppAndRun xmlns:ns="urn:sympasoap">`)
	element := func(name, text string) {
		b.WriteString("<" + name + ` xsi:type="xsd:string">`)
		_ = xml.EscapeText(&b, []byte(text)) //nolint:errcheck // a buffer takes everything
		b.WriteString("</" + name + ">")
	}
	element("appname", s.application)
	element("apppassword", s.password)
	element("vars", "USER_EMAIL="+s.email)
	element("service", service)
	b.WriteString(`<parameters soapenc:arrayType="xsd:string[` + number(len(parameters)) + `]" xsi:type="soapenc:Array">`)
	for _, p := range parameters {
		element("item", p)
	}
	b.WriteString(`</parameters></ns:authenticateRemoteAppAndRun></soap:Body></soap:Envelope>`)
	return b.Bytes()
}
