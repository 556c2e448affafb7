//go:build bench

package bench

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"postmeter/internal/store/storetest"
)

const (
	postfixDeliveries  = 1_500_000 // which make more than 300 MB
	summarisedDelivers = 100_000   // pflogsumm takes long
)

// TestIngestPostfixDryRun measures a dry run of a mail server's log on one core beside a loop that only splits the same
// file into lines.
func TestIngestPostfixDryRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	path := mailLog(t, runLists, postfixDeliveries)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() < 300e6 {
		t.Fatalf("the log has %d bytes, at least 300 MB are wanted", info.Size())
	}
	db := provider(t, storetest.SQLite(t))
	Pair{
		Name: "ingest --dry-run, postfix, one core", Unit: "KB", Count: info.Size() / 1000, Limit: 10,
		Ours: func() error { return ingest(db, path, "postfix", true, postfixDeliveries) },
		Bare: func() error { return splitLines(path, postfixDeliveries) },
	}.Run(t)
}

// TestIngestPostfixBesidePflogsumm measures the same beside pflogsumm with its defaults, which must be installed.
func TestIngestPostfixBesidePflogsumm(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	path := mailLog(t, runLists, summarisedDelivers)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	db := provider(t, storetest.SQLite(t))
	Pair{
		Name: "ingest --dry-run, postfix, beside pflogsumm", Unit: "KB", Count: info.Size() / 1000, Limit: 1.0 / 50,
		Ours: func() error { return ingest(db, path, "postfix", true, summarisedDelivers) },
		Bare: func() error { return exec.CommandContext(t.Context(), "pflogsumm", path).Run() },
	}.Run(t)
}

// TestIngestPostfix measures a month of a mail server's log into a new database beside a bulk insert of the rows that
// this writes: a row for each recipient.
func TestIngestPostfix(t *testing.T) {
	path := mailLog(t, runLists, runLines)
	t.Run("SQLite", func(t *testing.T) { benchIngest(t, path, "postfix", "SQLite", storetest.SQLite) })
	t.Run("PostgreSQL", func(t *testing.T) { benchIngest(t, path, "postfix", "PostgreSQL", storetest.Postgres) })
}

// mailLog writes a log of Postfix with classic times: mail of lists of all sizes in the September before it was last
// written, half of it to one recipient each (VERP), half to up to sixty, with the lines of the other agents, and some
// mail that is no list's. It returns its path.
func mailLog(tb testing.TB, lists, deliveries int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "mail.log")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	const seed = 1
	tb.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	start := time.Date(2026, 9, 1, 4, 0, 0, 0, time.UTC)
	for done, mail := 0, 0; done < deliveries; mail++ {
		when := start.Add(time.Duration(done) * (30 * 24 * time.Hour / time.Duration(deliveries))).Format(time.Stamp)
		done += writeMail(w, random, when, mail, random.IntN(lists), deliveries-done)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	written := start.AddDate(0, 1, 0)
	if err := os.Chtimes(path, written, written); err != nil {
		tb.Fatal(err)
	}
	return path
}

// writeMail writes the lines of one mail to at most some recipients, and returns to how many it went.
func writeMail(w *bufio.Writer, random *rand.Rand, when string, mail, list, most int) (recipients int) {
	id := fmt.Sprintf("4jX%02dv%dlSz1S%s", mail%89, 10000+mail%79_000, string(rune('A'+mail%26))+string(rune('b'+mail%13)))
	sender := fmt.Sprintf("list%d-bounces@site%d.example.org", list, list%50)
	recipients = 1 + random.IntN(60)
	if random.IntN(2) == 0 {
		recipients = 1
		sender = fmt.Sprintf("list%d-bounces+user%d=client%d.test@site%d.example.org", list, random.IntN(1000), random.IntN(100), list%50)
	}
	recipients = min(recipients, most)
	fmt.Fprintf(w, "%s mx postfix/smtpd[2375]: connect from localhost[127.0.0.1]\n", when)
	fmt.Fprintf(w, "%s mx postfix/smtpd[2375]: %s: client=localhost[127.0.0.1]\n", when, id)
	fmt.Fprintf(w, "%s mx postfix/cleanup[1770]: %s: message-id=<%016x.%d@client%d.test>\n", when, id, random.Uint64(), mail, random.IntN(100))
	fmt.Fprintf(w, "%s mx postfix/qmgr[6370]: %s: from=<%s>, size=%d, nrcpt=%d (queue active)\n", when, id, sender, 700+random.IntN(30_000), recipients)
	fmt.Fprintf(w, "%s mx postfix/smtpd[2375]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=%d data=1 quit=1 commands=5\n", when, recipients)
	for range recipients {
		host := random.IntN(100)
		fmt.Fprintf(w, "%s mx postfix/smtp[%d]: %s: to=<user%d@client%d.test>, relay=mx.client%d.test[192.0.2.%d]:25, delay=0.%d, delays=0.05/0.12/0.01/0, "+
			"dsn=2.0.0, status=sent (250 2.0.0 OK queued as %X)\n", when, 1773+random.IntN(50), id, random.IntN(1000), host, host, host, random.IntN(99), random.Uint32())
	}
	fmt.Fprintf(w, "%s mx postfix/qmgr[6370]: %s: removed\n", when, id)
	if mail%20 == 0 {
		fmt.Fprintf(w, "%s mx postfix/qmgr[6370]: 5%s: from=<user%d@site1.example.org>, size=900, nrcpt=1 (queue active)\n", when, id[1:], mail%1000)
		fmt.Fprintf(w, "%s mx postfix/smtp[1]: 5%s: to=<a@client.test>, relay=mx.client.test[192.0.2.1]:25, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok)\n", when, id[1:])
		fmt.Fprintf(w, "%s mx postfix/qmgr[6370]: 5%s: removed\n", when, id[1:])
	}
	return recipients
}
