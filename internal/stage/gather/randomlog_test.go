package gather_test

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// randomLines makes the lines of a log: usage of known and of unknown lists, service mail, failures, chatter, and
// lines that do not fit. Default lines come in pairs, those of two processes mixed.
func randomLines(random *rand.Rand, format string, usage int) (lines []string) {
	at := time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC)
	lists := []string{"news|alpha.test", "dev|alpha.test", "announce|beta.test", "nobody|knows.test"}
	for i := range usage {
		at = at.Add(time.Duration(random.IntN(30)) * time.Second)
		var name, site string
		list := lists[random.IntN(len(lists))]
		for j := range list {
			if list[j] == '|' {
				name, site = list[:j], list[j+1:]
			}
		}
		sender := fmt.Sprintf("m%d@subs.test", random.IntN(9))
		if random.IntN(5) == 0 {
			sender = name + "-request@" + site
		}
		if format == "postfix" {
			lines = append(lines, randomMail(random, at, name+"-bounces@"+site, i)...)
			continue
		}
		recipients, refused, size := 1+random.IntN(50), random.IntN(2), 100+random.IntN(90_000)
		if format == "mailman3" {
			when := at.Format("2006-01-02T15:04:05-0700")
			lines = append(lines, fmt.Sprintf("%s PM1 list_id=%s.%s recips=%d refused=%d size=%d secs=0.%d sender=%s msgid=<%d@x.test>",
				when, name, site, recipients, refused, size, 1+random.IntN(999_999), sender, i))
			switch random.IntN(10) {
			case 0:
				lines = append(lines, " "+when+" PM1 list_id=dev.alpha.test recips=999999")
			case 1:
				lines = append(lines, when+" PM1F list_id=dev.alpha.test recip=x@y.test code=550 size=1 msgid=<x> msg=no")
			case 2:
				lines = append(lines, when+" ('127.0.0.1', 56508) handling connection")
			}
			continue
		}
		when := at.Format("Jan 02 15:04:05 2006")
		head := fmt.Sprintf("%s (%d) <%d@x.test>", when, 100+random.IntN(2), i)
		first := fmt.Sprintf("%s smtp to %s@%s for %d recips, completed in 0.0%d seconds", head, name, site, recipients, i)
		second := fmt.Sprintf("%s post to %s@%s from %s, %d bytes", head, name, site, sender, size)
		if refused > 0 {
			second += fmt.Sprintf(", %d failures", refused)
		}
		if n := len(lines); n > 0 && random.IntN(4) == 0 {
			last := lines[n-1] // the second line of another process comes in between
			lines = append(lines[:n-1], first, last, second)
			continue
		}
		lines = append(lines, first, second)
		if random.IntN(10) == 0 {
			lines = append(lines, when+" (100) <a b> post to nobody from x, 12 bytes")
		}
	}
	return lines
}

// randomMail makes the lines of a mail server about one mail with some recipients, under a queue id that is used again.
func randomMail(random *rand.Rand, at time.Time, sender string, i int) (lines []string) {
	line := func(agent, text string, args ...any) {
		lines = append(lines, at.Format(time.Stamp)+" mx postfix/"+agent+fmt.Sprintf("[%d]: %X: ", 1+random.IntN(9), 0xA1B2C3+i%7)+fmt.Sprintf(text, args...))
	}
	line("qmgr", "from=<%s>, size=%d, nrcpt=3 (queue active)", sender, 100+random.IntN(90_000))
	for to := range 1 + random.IntN(3) {
		status := "sent (250 ok)"
		if random.IntN(5) == 0 {
			status = "deferred (later)"
		}
		line("smtp", "to=<u%d@x.test>, relay=x[192.0.2.1]:25, delay=%d, dsn=2.0.0, status=%s", to, i, status)
	}
	if random.IntN(3) > 0 {
		line("qmgr", "removed")
	}
	return lines
}
