package statement

import "postmeter/internal/domain/money"

// amount writes minor units with commas and the currency's decimals. What is below zero is a credit.
func amount(minor int64, c money.Currency) Money {
	text := money.Amount{Minor: minor, Currency: c}.String()
	return Money{Text: Thousands(text), Credit: minor < 0}
}

// total is amount with the currency beside it.
func total(minor int64, c money.Currency) Money {
	m := amount(minor, c)
	m.Currency = c.Code()
	return m
}
