package maillog

import "bytes"

// The envelope senders by which lists are known in a mail server's log, as regular expressions: those of Mailman, Sympa
// and mlmmj. The groups that matter are the list's name and its site.
const (
	MailmanSenderPattern = `^(.+)-bounces(\+[^@]*)?@(.+)$`
	SympaSenderPattern   = `^(.+)-owner@(.+)$`
	MlmmjSenderPattern   = `^(.+)\+bounces-(\d+)-(.+)=(.+)@(.+)$`
)

// Kinds of servers whose lists write only one of these. Those of any other kind may write each.
const (
	kindMailman = "mailman3"
	kindSympa   = "sympa"
)

// listOf returns name and site of the list that an envelope sender is of; ok is false if it is none's. Where one mail
// server serves several list servers, each takes only what its kind writes, so that no mail is two servers'.
func listOf(sender []byte, kind string) (name, site []byte, ok bool) {
	switch kind {
	case kindMailman:
		return mailmanList(sender)
	case kindSympa:
		return sympaList(sender)
	}
	if name, site, ok = mailmanList(sender); ok {
		return name, site, ok
	}
	if name, site, ok = sympaList(sender); ok {
		return name, site, ok
	}
	return mlmmjList(sender)
}

// mailmanList reads NAME-bounces@SITE, and NAME-bounces+ANYTHING@SITE.
func mailmanList(sender []byte) (name, site []byte, ok bool) {
	const mark = "-bounces"
	for i := bytes.LastIndex(sender, []byte(mark)); i > 0; i = bytes.LastIndex(sender[:i], []byte(mark)) {
		rest := sender[i+len(mark):]
		at := bytes.IndexByte(rest, '@')
		if at >= 0 && (at == 0 || rest[0] == '+') && at+1 < len(rest) {
			return sender[:i], rest[at+1:], true
		}
	}
	return nil, nil, false
}

// sympaList reads NAME-owner@SITE.
func sympaList(sender []byte) (name, site []byte, ok bool) {
	const mark = "-owner@"
	for i := bytes.LastIndex(sender, []byte(mark)); i > 0; i = bytes.LastIndex(sender[:i], []byte(mark)) {
		if rest := sender[i+len(mark):]; len(rest) > 0 {
			return sender[:i], rest, true
		}
	}
	return nil, nil, false
}

// mlmmjList reads NAME+bounces-NUMBER-USER=HOST@SITE.
func mlmmjList(sender []byte) (name, site []byte, ok bool) {
	const mark = "+bounces-"
	if len(sender) == 0 {
		return nil, nil, false
	}
	at := bytes.LastIndexByte(sender[:len(sender)-1], '@')
	if at < 0 {
		return nil, nil, false
	}
	for i := bytes.LastIndex(sender[:at], []byte(mark)); i > 0; i = bytes.LastIndex(sender[:i], []byte(mark)) {
		_, rest, ok := large(sender[i+len(mark) : at])
		if !ok || len(rest) < 5 || rest[0] != '-' {
			continue
		}
		if rest = rest[1:]; bytes.IndexByte(rest[1:len(rest)-1], '=') >= 0 {
			return sender[:i], sender[at+1:], true
		}
	}
	return nil, nil, false
}
