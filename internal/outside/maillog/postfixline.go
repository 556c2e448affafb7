package maillog

import "bytes"

// cutHead cuts a line at the end of its time, finds the program of Postfix that wrote it, and returns its message.
// time is the length of the time. Everything that is not by one of the programs of interest is otherAgent.
func cutHead(text []byte) (time int, who agent, message []byte) {
	const shortest = len("Nov 22 10:00:00 a /smtp[1]: A: ")
	if len(text) < shortest {
		return 0, otherAgent, nil
	}
	switch {
	case text[3] == ' ' && text[15] == ' ':
		time = 15
	case text[4] == '-' && text[10] == 'T':
		time = 19 + space(text[19:])
	default:
		return 0, otherAgent, nil
	}
	if time >= len(text) {
		return 0, otherAgent, nil
	}
	rest := text[time+1:]
	host := space(rest)
	if host == 0 || host+1 >= len(rest) {
		return 0, otherAgent, nil
	}
	rest = rest[host+1:]
	tag := space(rest)
	if tag >= len(rest) {
		return 0, otherAgent, nil
	}
	return time, agentOf(rest[:tag]), rest[tag+1:]
}

// space returns the place of the first space in text, its length without one.
func space(text []byte) int {
	i := blank(text)
	for i < len(text) && text[i] != ' ' { // another control character
		i++
		i += blank(text[i:])
	}
	return i
}

// agentOf reads a tag: SYSLOG_NAME/PROGRAM[PID]:, where the name may hold slashes too.
func agentOf(tag []byte) agent {
	i := len(tag) - 1
	if i < 1 || tag[i] != ':' || tag[i-1] != ']' {
		return otherAgent
	}
	end := i - 1
	for i = end - 1; i >= 0 && tag[i] >= '0' && tag[i] <= '9'; i-- {
	}
	if i < 5 || tag[i] != '[' || i == end-1 {
		return otherAgent
	}
	switch string(tag[i-4 : i]) {
	case "smtp":
		if tag[i-5] == '/' {
			return smtpAgent
		}
	case "qmgr":
		if tag[i-5] == '/' || i >= 6 && (tag[i-5] == 'n' || tag[i-5] == 'o') && tag[i-6] == '/' {
			return queueAgent
		}
	case "uper":
		if bytes.HasSuffix(tag[:i], []byte("/postsuper")) {
			return superAgent
		}
	}
	return otherAgent
}

// queueID is the id of a mail in Postfix's queue, filled up with zeros.
type queueID [maxQueueID]byte

// maxQueueID is the longest queue id, in bytes: long ids are made of a time and a file's number.
const maxQueueID = 24

// cutID cuts "ID: " off the beginning of a message, and leaves the id in id. Whether it looks like one is for valid to
// say, where it matters.
func cutID(message []byte, id *queueID) (rest []byte, ok bool) {
	i := bytes.IndexByte(message[:min(len(message), maxQueueID+1)], ':')
	if i <= 0 || i+1 >= len(message) || message[i+1] != ' ' || message[i-1] == 0 {
		return nil, false
	}
	*id = queueID{}
	copy(id[:], message[:i])
	return message[i+2:], true
}

// valid says whether an id is one that Postfix could have given.
func (id *queueID) valid() bool {
	text := bytes.TrimRight(id[:], "\x00")
	for _, c := range text {
		if !alphanumeric[c] {
			return false
		}
	}
	return len(text) > 0
}

// alphanumeric holds the characters of queue ids.
var alphanumeric = func() (is [256]bool) {
	for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		is[c] = true
	}
	return is
}()

// cutAddress cuts an address and the bracket behind it off the beginning of text; a comma must follow. A quoted part may
// hold brackets, and nothing else may: what stands in one cannot pass for what stands behind it.
func cutAddress(text []byte) (rest []byte, ok bool) {
	i := 0
	if len(text) > 0 && text[0] == '"' {
		if i = quoted(text); i < 0 {
			return nil, false
		}
	}
	end := bytes.IndexByte(text[i:], '>')
	if end < 0 {
		return nil, false
	}
	rest = text[i+end+1:]
	return rest, len(rest) >= 2 && rest[0] == ',' && rest[1] == ' '
}

// quoted returns the length of the quoted string that text begins with, -1 if it does not end.
func quoted(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// afterIf is after, if ok.
func afterIf(ok bool, text []byte, literal string) ([]byte, bool) {
	if !ok {
		return nil, false
	}
	return after(text, literal)
}

// status returns what stands behind the first ", status=" of the rest of a line. It goes from comma to comma, which is
// faster than to search for all of it.
func status(rest []byte) ([]byte, bool) {
	for {
		i := bytes.IndexByte(rest, ',')
		if i < 0 {
			return nil, false
		}
		rest = rest[i+1:]
		if found, ok := after(rest, " status="); ok {
			return found, true
		}
	}
}
