package deliver_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"postmeter/internal/outside/mail"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store/storetest"
)

// TestAnAddressThatIsNone was stored, after the bills were run, by somebody who checked nothing. The others get their mails, and once the address is
// mended, so does its customer.
func TestAnAddressThatIsNone(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test", "a@c2.test", "a@c3.test")
		h.run(september)
		storetest.Rows(h.TB, h.url, `UPDATE customer SET email = 'no address' WHERE company = 'C1' RETURNING id`)
		storetest.Rows(h.TB, h.url, `UPDATE customer SET email = 'a@c2.test>,<b@c2.test' WHERE company = 'C2' RETURNING id`)
		r := h.send()
		want(h, "bills", r.Sent, 3)
		want(h, "mails", r.Mails, deliver.Counts{Sent: 1, Refused: 2})
		for _, refused := range r.Refused {
			if !strings.Contains(refused.Detail, "is not a mail address") {
				h.Errorf("it does not say why: %+v", refused)
			}
		}
		want(h, "statuses", h.statuses(), "C1 bounced, C2 bounced, C3 sent")
		h.take("currency: USD\ncustomers: [{company: C1, email: right@c1.test}]\n")
		_, err := deliver.Again(context.Background(), h.order(), h.bill("C1").ID)
		h.must(err)
		want(h, "to the address that was mended", h.got("right@c1.test"), 1)
		want(h, "mails in all", len(h.server.Mails()), 2)
		want(h, "statuses once the address is mended", h.statuses(), "C1 sent, C2 bounced, C3 sent")
		h.audit()
	})
}

// TestTheClockIsSetBackWhileMailsWait has mails that wait for a time which the clock then says is far away.
func TestTheClockIsSetBackWhileMailsWait(t *testing.T) {
	each(t, func(h *house) {
		h.customers("a@c1.test", "a@c2.test")
		h.run(september)
		h.server.NoSender = true
		want(h, "mails that wait", h.send().Mails, deliver.Counts{Waiting: 2})
		h.server.NoSender = false
		h.setClock("2020-01-01T12:00:00Z")
		want(h, "mails", h.send().Mails, deliver.Counts{Sent: 2})
		h.audit()
	})
}

// TestDiskFullWhileSendingIntoAFolder takes the disk away at each step in turn: from the folder, and on SQLite from the
// database too. When there is room again, each mail is there once and whole.
func TestDiskFullWhileSendingIntoAFolder(t *testing.T) {
	each(t, func(h *house) {
		dir := filepath.Join(h.TempDir(), "mails")
		h.customers(many(12)...)
		h.run(september)
		failed := 0
		for step := 1; step < killSteps; step++ {
			cmd, stderr := h.commandTo("file:"+dir, diskFull, strconv.Itoa(step))
			err := cmd.Run()
			if err == nil && len(waiting(h)) == 0 {
				break // it had done all before
			}
			var exit *exec.ExitError
			if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(stderr.String(), "disk") &&
				!strings.Contains(stderr.String(), "not written")) {
				h.Fatalf("step %d: ended with %v: %s", step, err, stderr)
			}
			failed++
			whole(h, dir)
		}
		if failed == 0 {
			h.Error("the disk was never full")
		}
		o := h.order()
		o.Transport = mail.NewFolder(dir)
		_, err := deliver.Send(context.Background(), o)
		h.must(err)
		h.auditBooks()
		files := whole(h, dir)
		for _, row := range storetest.Rows(h.TB, h.url, `SELECT state, message_id, address FROM delivery`) {
			state, rest, _ := strings.Cut(row, "|")
			id, _, _ := strings.Cut(rest, "|")
			if n := files[id]; state != "sent" && state != "unconfirmed" || state == "sent" && n != 1 || n > 1 {
				h.Errorf("%s, and the folder has it %d times", row, n)
			}
		}
		h.Logf("failed %d times; %s", failed, h.statuses())
	})
}

func waiting(h *house) []string {
	h.Helper()
	return storetest.Rows(h.TB, h.url, `SELECT address FROM delivery WHERE state IN ('queued', 'sending') UNION ALL
		SELECT 'draft' FROM bill WHERE state = 'draft'`)
}

// whole counts the mails in a folder by Message-ID, and fails the test if one is not whole, or something else is there.
func whole(h *house, dir string) map[string]int {
	h.Helper()
	out := map[string]int{}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return out
	}
	h.must(err)
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		h.must(err)
		text := string(data)
		_, after, _ := strings.Cut(text, "Message-ID: <")
		id, _, _ := strings.Cut(after, ">")
		_, boundary, _ := strings.Cut(text, "boundary=")
		boundary, _, _ = strings.Cut(strings.TrimSpace(boundary), "\r\n")
		if !strings.HasSuffix(f.Name(), ".eml") || id == "" || !strings.HasSuffix(strings.TrimSpace(text), "--"+strings.Trim(boundary, `"`)+"--") {
			h.Errorf("%s is not a whole mail: %d bytes", f.Name(), len(data))
		}
		out[id]++
	}
	return out
}
