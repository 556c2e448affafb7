package money

import (
	"strings"

	"postmeter/internal/domain/fault"
)

// Currency is a currency of ISO 4217: its code and the decimals of its minor
// unit. The zero value is no currency.
type Currency struct {
	code     [3]byte
	decimals uint8
}

// ParseCurrency returns the currency of a three-letter code in capitals. An
// unknown one is an Invalid error. Codes without a minor unit (gold, the test
// code) are not money that can be billed and count as unknown.
func ParseCurrency(code string) (Currency, error) {
	if len(code) == 3 && !strings.Contains(code, " ") {
		for decimals, codes := range currencies {
			if strings.Contains(codes, code+" ") {
				return Currency{[3]byte{code[0], code[1], code[2]}, uint8(decimals)}, nil
			}
		}
	}
	return Currency{}, fault.New(fault.Invalid, "%.20q is not a currency: use a code of ISO 4217, such as USD", code)
}

// MustCurrency is ParseCurrency for constants in the program; it panics on a bad one.
func MustCurrency(code string) Currency {
	c, err := ParseCurrency(code)
	if err != nil {
		panic(err)
	}
	return c
}

// Code returns the three letters, "" of the zero value.
func (c Currency) Code() string {
	if c == (Currency{}) {
		return ""
	}
	return string(c.code[:])
}

// String returns Code.
func (c Currency) String() string { return c.Code() }

// Decimals returns the number of decimals of the minor unit: USD 2, JPY 0, KWD 3.
func (c Currency) Decimals() int { return int(c.decimals) }

// currencies holds the codes of ISO 4217 (list one, with those withdrawn since
// 2018 that old invoices may still carry) by the decimals of their minor unit.
var currencies = [...]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV " +
		"BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE " +
		"CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD " +
		"HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR " +
		"LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD " +
		"NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR " +
		"SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY " +
		"TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG " +
		"ZWL ",
	3: "BHD IQD JOD KWD LYD OMR TND ",
	4: "CLF UYW ",
}
