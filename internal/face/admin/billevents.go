package admin

import (
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
)

// billTitle is the title of an event about a bill, with the bill's number where it is known: Invoice 2026-00001 sent.
func billTitle(title, number string) string {
	switch rest, invoice := strings.CutPrefix(title, "Invoice "); {
	case number == "":
		return title
	case invoice:
		return "Invoice " + number + " " + rest
	}
	return title + ", invoice " + number
}

// billChanges tells of what happened to a bill, to a mail of it or to its money what somebody asks for, and no zeros.
func billChanges(entity, action string, before, after *doc.Node) (out []eventChange) {
	tell := func(label, was, now string) {
		if now != "" && now != was {
			out = append(out, eventChange{Label: label, Was: was, Now: now})
		}
	}
	switch entity + "/" + action {
	case "bill/run":
		tell("Period", "", periodText(after))
		tell("Total", "", totalText(after))
		tell("Lines", "", text(after, "lines"))
	case "bill/run again":
		tell("Period", "", periodText(after))
		tell("Total", totalText(before), totalText(after))
		tell("Lines", "", linesText(after))
	case "bill/withdrawn":
		tell("Period", "", periodText(before))
		tell("Total", "", totalText(before))
		tell("Because", "", codesText(strings.Split(text(after, "because"), ", ")))
	case "bill/tested":
		tell("Mailed to", "", text(after, "to"))
	case "bill/finished":
		tell("Number", "", text(after, "number"))
		tell("Total", "", totalText(after))
		tell("Due", "", text(after, "due"))
		tell("Mailed to", "", text(after, "mail"))
	case "bill/void":
		tell("Credit note", "", text(after, "credit_note")+", "+thousandsText(text(after, "amount")))
		tell("Reason", "", text(after, "reason"))
	default:
		return moneyChanges(entity, before, after)
	}
	return out
}

// moneyChanges tells of a mail to whom it went, and of an entry of the ledger how much it was about.
func moneyChanges(entity string, before, after *doc.Node) (out []eventChange) {
	tell := func(label, now string) {
		if now != "" {
			out = append(out, eventChange{Label: label, Now: shortened(now)})
		}
	}
	if entity == "delivery" {
		tell("To", text(before, "address"))
		tell("What is known", capital(text(after, "detail")))
		return out
	}
	currency := text(after, "currency")
	tell("Date", text(after, "day"))
	if sum := entrySumText(ledger.Kind(text(after, "kind")), text(after, "amount"), text(after, "credit"), currency); sum != "" {
		tell("Amount", sum+" "+currency)
	}
	if credit, err := money.ParseDecimal(text(after, "credit")); err == nil && !credit.IsZero() {
		tell("Credit", statement.Thousands(text(after, "credit"))+" "+currency)
	}
	tell("Reference", text(after, "reference"))
	tell("Note", text(after, "note"))
	return out
}

// entrySumText is entrySum of an entry that is known by its texts; "" if all of it is credit, which is told by itself.
func entrySumText(kind ledger.Kind, amount, credit, code string) string {
	currency, err := money.ParseCurrency(code)
	if err != nil {
		return ""
	}
	owed, err := money.ParseAmount(amount, currency)
	if err != nil || owed.Minor == 0 {
		return ""
	}
	given, err := money.ParseAmount(credit, currency)
	if err != nil {
		return ""
	}
	sum := entrySum(&ledger.Entry{Kind: kind, Amount: owed.Minor, Credit: given.Minor})
	return statement.Thousands(money.Amount{Minor: sum, Currency: currency}.String())
}

// periodText is the period that a note of a draft names.
func periodText(n *doc.Node) string {
	start, end := text(n, "start"), text(n, "end")
	if start == "" || end == "" {
		return ""
	}
	return spanText(start, end)
}

func totalText(n *doc.Node) string { return thousandsText(text(n, "total")) }

// thousandsText writes an amount with its currency: 1,234.50 USD.
func thousandsText(sum string) string {
	amount, currency, found := strings.Cut(sum, " ")
	if !found {
		return statement.Thousands(sum)
	}
	return statement.Thousands(amount) + " " + currency
}

// linesText says what changed of a draft's lines.
func linesText(n *doc.Node) string {
	return changedLines(text(n, "lines_added"), text(n, "lines_removed"), text(n, "lines_changed"))
}

// changedLines says what changed of a draft's lines, and no zeros: 3 added, 1 changed.
func changedLines(added, removed, changed string) string {
	var out []string
	for _, part := range []struct{ count, word string }{{added, " added"}, {removed, " removed"}, {changed, " changed"}} {
		if part.count != "" && part.count != "0" {
			out = append(out, part.count+part.word)
		}
	}
	return strings.Join(out, ", ")
}
