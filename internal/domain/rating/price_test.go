package rating

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"postmeter/internal/domain/money"
)

var decimals = rapid.Custom(func(t *rapid.T) money.Decimal {
	n := rapid.Int64Range(0, 1<<rapid.IntRange(1, 62).Draw(t, "bits")).Draw(t, "number")
	d, err := money.FromBig(big.NewInt(n), rapid.IntRange(0, money.MaxDecimals).Draw(t, "decimals"))
	if err != nil {
		t.Fatal(err)
	}
	return d
})

func drawShare(t *rapid.T) share {
	of := rapid.Int64Range(28, 31).Draw(t, "days of the month")
	return share{rapid.Int64Range(1, of).Draw(t, "days"), of}
}

func above(d money.Decimal) money.Decimal {
	if d.IsZero() {
		return money.FromInt(1)
	}
	return d
}

// Both ways of the arithmetic give the same, where the fast one gives anything.
func TestFastArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := ComponentSpec{
			Method: Method(rapid.IntRange(1, 3).Draw(t, "method")), TierMode: TierMode(rapid.IntRange(0, 1).Draw(t, "mode")),
			Included: decimals.Draw(t, "included"), ProrateIncluded: rapid.Bool().Draw(t, "prorate"),
		}
		bound := above(decimals.Draw(t, "bound"))
		if rapid.Bool().Draw(t, "tiers") {
			spec.Tiers = []TierSpec{
				{UpTo: &bound, Per: above(decimals.Draw(t, "per")), Price: decimals.Draw(t, "price"), Flat: decimals.Draw(t, "flat")},
				{Per: above(decimals.Draw(t, "per 2")), Price: decimals.Draw(t, "price 2"), Flat: decimals.Draw(t, "flat 2")},
			}
		} else {
			spec.Overage = &OverageSpec{
				Per: bound, Price: decimals.Draw(t, "price"), RoundUp: rapid.Bool().Draw(t, "packs"),
			}
		}
		c := compileComponent(&spec)
		q := quantity{
			num: rapid.Int64Range(1, math.MaxInt64).Draw(t, "num"),
			den: rapid.SampledFrom([]int64{1, 7, 1024, 30 << 30}).Draw(t, "den"),
		}
		if rapid.Bool().Draw(t, "on the bound") {
			if m, scale, ok := bound.Int64(); ok {
				q.num, q.den = m, tens[scale]
			}
		}
		checkAmount(t, &c, q, drawShare(t))
	})
}

func checkAmount(t *rapid.T, c *component, q quantity, s share) {
	priced := s
	if c.method != Members {
		priced = whole
	}
	want, wantErr := c.amountExact(&quantity{exact: q.rat()}, priced, 2)
	got, err := c.amount(&q, s, 2)
	if got != want || (err == nil) != (wantErr == nil) {
		t.Fatalf("amount of %d/%d: %d, %v; exactly %d, %v", q.num, q.den, got, err, want, wantErr)
	}
	fast, some := c.over(q.num, q.den, s)
	exact, someExact := c.overExact(big.NewRat(q.num, q.den), s)
	if some != someExact || some && fast.rat().Cmp(exact.rat()) != 0 {
		t.Fatalf("over of %d/%d: %v %v; exactly %v %v", q.num, q.den, fast.rat(), some, exact.rat(), someExact)
	}
	if !some {
		return
	}
	number, err := fast.rounded()
	numberExact, errExact := exact.rounded()
	if number != numberExact || (err == nil) != (errExact == nil) {
		t.Fatalf("rounded: %v, exactly %v", number, numberExact)
	}
}

func TestChargesAndPricesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, number, s := decimals.Draw(t, "amount"), decimals.Draw(t, "number"), drawShare(t)
		if rapid.Bool().Draw(t, "negative") {
			amount = amount.Neg()
		}
		part := big.NewRat(s.days, s.of)
		want, wantErr := minorExact(new(big.Rat).Mul(new(big.Rat).Mul(amount.Rat(), number.Rat()), part), 3)
		if got, err := chargeAmount(amount, number, s, 3); got != want || (err == nil) != (wantErr == nil) {
			t.Fatalf("%v x %v x %v: got %d, %v, want %d, %v", amount, number, s, got, err, want, wantErr)
		}
		price := ratioOf(number)
		want, wantErr = minorExact(new(big.Rat).Mul(number.Rat(), part), 3)
		if got, err := partOf(&price, s, 3); got != want || (err == nil) != (wantErr == nil) {
			t.Fatalf("%v x %v: got %d, %v, want %d, %v", number, s, got, err, want, wantErr)
		}
	})
}

func TestWideSumsDoNotWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x int128
		want := new(big.Int)
		for range rapid.IntRange(1, 9).Draw(t, "terms") {
			a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
			term := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
			var ok bool
			if rapid.Bool().Draw(t, "product") {
				ok = x.addProduct(a, b)
			} else {
				ok, term = x.add(a), big.NewInt(a)
			}
			want.Add(want, term)
			if fits := want.BitLen() < 128; ok != fits && want.BitLen() != 128 {
				t.Fatalf("%v: fits is %v", want, ok)
			}
			if !ok {
				return
			}
		}
		if x.big().Cmp(want) != 0 {
			t.Fatalf("got %v, want %v", x.big(), want)
		}
		if v, ok := x.int64(); ok != want.IsInt64() || ok && v != want.Int64() {
			t.Fatalf("int64 of %v: %d, %v", want, v, ok)
		}
	})
}
