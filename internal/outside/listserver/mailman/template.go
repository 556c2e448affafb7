package mailman

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver/webapi"
)

// setting is one line of the section logging.smtp.
type setting struct{ key, ours, theirs string }

// settings are what billing needs, and what Mailman has without a configuration.
var settings = []setting{
	{"format", "%(asctime)s %(message)s", "%(asctime)s (%(process)d) %(message)s"},
	{"datefmt", "%Y-%m-%dT%H:%M:%S%z", "%b %d %H:%M:%S %Y"},
	{"every", "PM1 list_id=$list_id recips=$recip refused=$refused size=$size secs=$time sender=$sender msgid=$msgid",
		"$msgid smtp to $listname for $recip recips, completed in $time seconds"},
	{"success", "no", "$msgid post to $listname from $sender, $size bytes"},
	{"refused", "no", "$msgid post to $listname from $sender, $size bytes, $refused failures"},
}

// Template is the part of mailman.cfg with which Mailman logs what billing needs, ready to paste.
func Template() string {
	var b strings.Builder
	b.WriteString("[logging.smtp]\n")
	for _, s := range settings {
		fmt.Fprintf(&b, "%s: %s\n", s.key, s.ours)
	}
	return b.String()
}

// remedy is what to do about a template. After "mailman restart" the log is as it must be, but the REST server goes on saying
// what it read when it was started.
func remedy() string {
	return "Put these lines into mailman.cfg, in place of a section [logging.smtp] that is there, then stop Mailman and start it again " +
		"(systemctl restart mailman3, or mailman stop and mailman start; mailman restart is not enough):\n\n" + Template()
}

// template looks whether the log says what billing needs. Nothing less than all of it, to the letter, is enough.
func (s *Server) template(ctx context.Context) hosting.Finding {
	f := hosting.Finding{Severity: hosting.Trouble, Code: "log_template", Remedy: remedy()}
	has := map[string]string{}
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"system", "configuration", "logging.smtp"}, Accept: []int{http.StatusNotFound}}, &has)
	if err != nil || a.Status == http.StatusNotFound {
		return untold("log_template", "What the log says of each mail", err)
	}
	var differ []string
	theirs := true
	for _, s := range settings {
		if has[s.key] != s.ours {
			differ = append(differ, s.key)
		}
		theirs = theirs && has[s.key] == s.theirs
	}
	level := strings.ToLower(has["level"])
	switch {
	case level != "info" && level != "debug":
		f.Message = "The log smtp.log does not have the level info, so that mails that were sent are missing in it."
		f.Remedy = "Set level: info in the section [logging.smtp] of mailman.cfg, and restart Mailman."
	case len(differ) == 0:
		return hosting.Finding{Severity: hosting.Fine, Code: "log_template", Message: "The log says what billing needs; read it with the format mailman3."}
	case theirs:
		f.Severity = hosting.Warning
		f.Message = "The log has Mailman's own format. Billing can read it with the format mailman3-default, but a mail with a line break in its Message-ID " +
			"can evade the count or forge one, and times have no zone."
	default:
		f.Message = "The log does not have the format that billing reads: " + strings.Join(differ, ", ") + " differ from what is needed."
	}
	return f
}
