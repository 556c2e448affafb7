package statementtest

import (
	"fmt"
	"strings"

	"postmeter/internal/domain/statement"
)

// Names is a bill whose names are as hard as names get: very long, right to left, wide, and with control characters.
func Names() *statement.Facts {
	f := base("2026-00012")
	f.Plans[1] = Standard()
	f.Issuer.Name = "Postfach & Söhne <Listen> GmbH"
	f.Customer.Company = "شركة القوائم البريدية"
	f.Customer.Contact = "山田 太郎 👩‍👩‍👧‍👦\x1b[31m\u202eevil"
	f.Customer.Note = "مرحبا بكم\n" + strings.Repeat("unbreakable", 12)
	f.Customer.Information[0].Text = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsstraße 1"
	for i, object := range []string{
		"s1/xn--mgbh0fb.example/" + strings.Repeat("announcements-", 8) + "all",
		"s1/例え.テスト/ニュースレター",
		"s1/acme.test/news", "s2/acme.test/news",
	} {
		f.Lines = append(f.Lines, meter(line("Listes de l’été 🌞", "overage", "std", 1, 30, "12345.6", 1111), 0, "messages", object))
		f.Usage = append(f.Usage, statement.Usage{Object: object, Messages: int64(i), Recipients: 1_234_567_890, Bytes: 1 << 50, Members: -1})
	}
	return finish(f, 0)
}

// longLists is the number of lists of Long.
const longLists = 200

// Long is a bill with a line for each of very many lists.
func Long() *statement.Facts {
	f := base("2026-00013")
	f.Plans[1] = Standard()
	for i := range longLists {
		object := fmt.Sprintf("s1/lists.acme.test/department-%03d", i+1)
		f.Lines = append(f.Lines, meter(line("Departments", "plan", "std", 1, 30, "1", 2500), -1, "", object))
		f.Usage = append(f.Usage, statement.Usage{Object: object, Messages: int64(i), Recipients: int64(i * i), Bytes: int64(i) << 20, Members: int64(i)})
	}
	return finish(f, 0)
}
