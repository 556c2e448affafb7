package money_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

var usd = money.MustCurrency("USD")

func TestAmountsShowTheCurrencysDecimals(t *testing.T) {
	tests := []struct {
		minor    int64
		currency string
		want     string
	}{
		{833, "USD", "8.33"}, {-10, "USD", "-0.10"}, {0, "USD", "0.00"}, {5, "KWD", "0.005"}, {1200, "JPY", "1200"},
		{-1, "CLF", "-0.0001"}, {math.MinInt64, "USD", "-92233720368547758.08"}, {math.MaxInt64, "JPY", "9223372036854775807"},
	}
	for _, tt := range tests {
		a := money.Amount{Minor: tt.minor, Currency: money.MustCurrency(tt.currency)}
		if got := a.String(); got != tt.want {
			t.Errorf("%d %s: got %s, want %s", tt.minor, tt.currency, got, tt.want)
		}
		back, err := money.ParseAmount(tt.want, a.Currency)
		if err != nil || back != a {
			t.Errorf("%s: read back as %v, %v", tt.want, back, err)
		}
	}
}

func TestCurrencies(t *testing.T) {
	for code, decimals := range map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "UYW": 4, "ISK": 0, "TND": 3} {
		if c, err := money.ParseCurrency(code); err != nil || c.Decimals() != decimals || c.Code() != code {
			t.Errorf("%s: %v with %d decimals, %v", code, c, c.Decimals(), err)
		}
	}
	for _, code := range []string{"", "usd", "US", "USDX", "XXX", "XAU", "SD ", " US", "D A", "U D"} {
		if c, err := money.ParseCurrency(code); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, %v", code, c, err)
		}
	}
	if (money.Currency{}).Code() != "" {
		t.Error("no currency has a code")
	}
}

func TestSumsNeverWrapOrMixCurrencies(t *testing.T) {
	a := money.Amount{Minor: math.MaxInt64, Currency: usd}
	one := money.Amount{Minor: 1, Currency: usd}
	if _, err := a.Add(one); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("largest + 1: %v", err)
	}
	low := money.Amount{Minor: math.MinInt64, Currency: usd}
	if _, err := low.Sub(one); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("smallest - 1: %v", err)
	}
	if _, err := low.Neg(); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("-smallest: %v", err)
	}
	yen := money.Amount{Minor: 1, Currency: money.MustCurrency("JPY")}
	_, err1 := one.Add(yen)
	_, err2 := one.Sub(yen)
	_, err3 := one.Cmp(yen)
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, money.ErrCurrency) {
			t.Errorf("USD and JPY: %v", err)
		}
	}
	if c, err := one.Cmp(a); c != -1 || err != nil {
		t.Errorf("Cmp: %d, %v", c, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Int64().Draw(t, "x"), rapid.Int64().Draw(t, "y")
		check := func(got int64, err error, want *big.Int) {
			if want.IsInt64() != (err == nil) || err == nil && got != want.Int64() {
				t.Fatalf("%d, %d: got %d, %v, want %v", x, y, got, err, want)
			}
		}
		sum, err := money.AddMinor(x, y)
		check(sum, err, new(big.Int).Add(big.NewInt(x), big.NewInt(y)))
		diff, err := money.SubMinor(x, y)
		check(diff, err, new(big.Int).Sub(big.NewInt(x), big.NewInt(y)))
	})
}

// oracle rounds half away from zero, with an arbitrary-precision decimal library.
var oracle = apd.Context{Precision: 100, MaxExponent: 1000, MinExponent: -1000, Rounding: apd.RoundHalfUp}

func TestRoundingIsHalfAwayFromZero(t *testing.T) {
	for _, tt := range []struct {
		a, b, c, want int64
	}{{1, 1, 2, 1}, {-1, 1, 2, -1}, {1, 1, 3, 0}, {5, 1, -2, -3}, {49, 1, 100, 0}, {math.MaxInt64, 2, 2, math.MaxInt64}, {math.MinInt64, 1, 1, math.MinInt64}} {
		if got, err := money.MulDivRound(tt.a, tt.b, tt.c); got != tt.want || err != nil {
			t.Errorf("%d * %d / %d: got %d, %v, want %d", tt.a, tt.b, tt.c, got, err, tt.want)
		}
	}
	if _, err := money.MulDivRound(1, 1, 0); !errors.Is(err, money.ErrDivision) {
		t.Errorf("by zero: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b"), rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "c")
		x, y := apd.New(a, 0), new(apd.Decimal)
		want := new(apd.Decimal)
		for _, step := range []func() (apd.Condition, error){
			func() (apd.Condition, error) { return oracle.Mul(y, x, apd.New(b, 0)) },
			func() (apd.Condition, error) { return oracle.Quo(y, y, apd.New(c, 0)) },
			func() (apd.Condition, error) { return oracle.Quantize(want, y, 0) },
		} {
			if _, err := step(); err != nil {
				t.Fatal(err)
			}
		}
		got, err := money.MulDivRound(a, b, c)
		n, tooLarge := want.Int64()
		if (err == nil) != (tooLarge == nil) || err == nil && got != n {
			t.Fatalf("%d * %d / %d: got %d, %v, want %s", a, b, c, got, err, want)
		}
	})
}

func TestDecimalsAreReadAndWrittenExactly(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "0.00": "0", "007": "7", "12.50": "12.5", "-0.10": "-0.1", "1000": "1000", "0.000000000001": "0.000000000001",
		"99999999999999999999999999.999999999999": "99999999999999999999999999.999999999999", "00000000000000000000000000000000001": "1",
	} {
		if d, err := money.ParseDecimal(text); err != nil || d.String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, d, err, want)
		}
	}
	for _, text := range []string{
		"", "-", ".", ".5", "5.", "+5", "1e3", "1E3", " 1", "1 ", "1,5", "1_0", "0x1", "--1", "NaN", "Inf", "１",
		"0.0000000000001", "0.1000000000000", "100000000000000000000000000", strings.Repeat("0", 200),
	} {
		if d, err := money.ParseDecimal(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %s, %v, want a fault", text, d, err)
		}
	}
}

var decimals = rapid.Custom(func(t *rapid.T) money.Decimal {
	n := new(big.Int).SetUint64(rapid.Uint64().Draw(t, "high"))
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(rapid.Uint64().Draw(t, "low")))
	n.Mod(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil))
	if rapid.Bool().Draw(t, "negative") {
		n.Neg(n)
	}
	d, err := money.FromBig(n, 12)
	if err != nil {
		t.Fatal(err)
	}
	return d
})

func TestDecimalsAgreeWithTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, e := decimals.Draw(t, "d"), decimals.Draw(t, "e")
		x, _, err := apd.NewFromString(d.String())
		if err != nil {
			t.Fatal(err)
		}
		y, _, err := apd.NewFromString(e.String())
		if err != nil {
			t.Fatal(err)
		}
		if d.Cmp(e) != x.Cmp(y) || d.Cmp(d) != 0 || (d == e) != (x.Cmp(y) == 0) {
			t.Fatalf("Cmp(%s, %s): %d, want %d", d, e, d.Cmp(e), x.Cmp(y))
		}
		if back := money.MustDecimal(d.String()); back != d || d.Neg().Neg() != d {
			t.Fatalf("%s read back as %s", d, back)
		}
		if want, _ := new(big.Rat).SetString(d.String()); want.Cmp(d.Rat()) != 0 {
			t.Fatalf("Rat of %s: %s", d, d.Rat())
		}
		c := money.MustCurrency(rapid.SampledFrom([]string{"JPY", "USD", "KWD", "CLF"}).Draw(t, "currency"))
		want := new(apd.Decimal)
		if _, err := oracle.Quantize(want, x, -int32(c.Decimals())); err != nil {
			t.Fatal(err)
		}
		got, err := d.Round(c)
		if err == nil && got.String() != want.Text('f') && got.Minor != 0 {
			t.Fatalf("round %s to %s: got %s, want %s", d, c, got, want.Text('f'))
		}
		want.Exponent = 0
		if _, tooLarge := want.Int64(); (tooLarge == nil) != (err == nil) {
			t.Fatalf("round %s to %s: %v, oracle: %v", d, c, err, tooLarge)
		}
	})
}

func TestDecimalHelpers(t *testing.T) {
	d := money.MustDecimal("-12.5")
	if m, scale, ok := d.Int64(); m != -125 || scale != 1 || !ok || d.Decimals() != 1 || d.Sign() != -1 {
		t.Errorf("Int64: %d, %d, %v", m, scale, ok)
	}
	if _, _, ok := money.MustDecimal("9223372036854775808").Int64(); ok {
		t.Error("2^63 fits an int64")
	}
	if n, ok := money.MustDecimal("40.0").Whole(); n != 40 || !ok {
		t.Errorf("Whole of 40.0: %d, %v", n, ok)
	}
	if _, ok := d.Whole(); ok {
		t.Error("-12.5 is whole")
	}
	if money.FromInt(math.MinInt64).String() != "-9223372036854775808" || money.FromMinor(-1250, 2) != d {
		t.Error("FromInt or FromMinor")
	}
	var back money.Decimal
	text, err := d.MarshalText()
	if err != nil || back.UnmarshalText(text) != nil || back != d {
		t.Errorf("text round trip: %s, %v", back, err)
	}
	if j, err := d.MarshalJSON(); string(j) != `"-12.5"` || err != nil {
		t.Errorf("JSON: %s, %v", j, err)
	}
	if back.UnmarshalText([]byte("x")) == nil {
		t.Error("x is a decimal")
	}
	for _, tt := range []struct {
		n     *big.Int
		scale int
	}{{big.NewInt(1), 13}, {big.NewInt(1), -1}, {new(big.Int).Lsh(big.NewInt(1), 128), 12}, {new(big.Int).Exp(big.NewInt(10), big.NewInt(26), nil), 0}} {
		if d, err := money.FromBig(tt.n, tt.scale); err == nil {
			t.Errorf("FromBig(%v, %d) is %s", tt.n, tt.scale, d)
		}
	}
}

func TestAmountsHaveNoMoreDecimalsThanTheCurrency(t *testing.T) {
	for _, text := range []string{"1.234", "1.230", "x", "92233720368547758.08"} {
		if a, err := money.ParseAmount(text, usd); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v, %v", text, a, err)
		}
	}
	if _, err := money.MustDecimal("0.5").Exactly(money.MustCurrency("JPY")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("half a yen: %v", err)
	}
	if a, err := money.MustDecimal("0.50").Exactly(usd); err != nil || a.Minor != 50 {
		t.Errorf("half a dollar: %v, %v", a, err)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0.10", "12.50", "1e3", "99999999999999999999999999.999999999999", "0.0000000000001", ".", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := money.ParseDecimal(s)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q: %v is no fault of the input", s, err)
			}
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok || want.Cmp(d.Rat()) != 0 {
			t.Fatalf("%q was read as %s", s, d)
		}
		if back, err := money.ParseDecimal(d.String()); err != nil || back != d {
			t.Fatalf("%q: %s was read back as %s, %v", s, d, back, err)
		}
	})
}

func BenchmarkMulDivRound(b *testing.B) {
	for b.Loop() {
		if _, err := money.MulDivRound(123456789, 90, 1000); err != nil {
			b.Fatal(err)
		}
	}
}
