package usage

import (
	"math/rand/v2"
	"testing"
)

func TestGrowthOfACounter(t *testing.T) {
	before := Tally{7, 78, 215660, 2582180}
	if growth, ok := (Tally{8, 90, 216660, 2594180}).Since(before); !ok || growth != (Tally{1, 12, 1000, 12000}) {
		t.Errorf("it grew by %+v, %v", growth, ok)
	}
	for _, back := range []Tally{{6, 90, 216660, 2594180}, {8, 77, 216660, 2594180}, {8, 90, 215659, 2594180}, {8, 90, 216660, 2582179}} {
		if _, ok := back.Since(before); ok {
			t.Errorf("%+v is no step back from %+v", back, before)
		}
	}
}

func TestGrowthThatCannotBe(t *testing.T) {
	for _, test := range []struct {
		growth Tally
		ok     bool
	}{
		{Tally{}, true}, {Tally{Messages: 3}, true}, {Tally{1, 2, 3, 6}, true}, {Tally{1, 0, 3, 6}, false},
		{Tally{1, MaxRecipients, 1, MaxRecipients}, true}, {Tally{1, MaxRecipients + 1, 1, 1}, false},
		{Tally{1, MaxRecipients, 1, MaxRecipientBytes + 1}, false}, {Tally{1, 1, MaxBytes, MaxBytes}, false},
	} {
		if err := test.growth.CheckGrowth(); (err == nil) != test.ok {
			t.Errorf("%+v: %v", test.growth, err)
		}
	}
}

// TestOneMessageIsKeptAsItWas has a counter that was read after each message.
func TestOneMessageIsKeptAsItWas(t *testing.T) {
	parts := Tally{1, 12, 1000, 12000}.Parts()
	if len(parts) != 1 || parts[0] != (Part{12, 1000}) {
		t.Errorf("it is kept as %+v", parts)
	}
}

// TestPartsAddUp has random growth: whatever it is, not a recipient and not a byte is lost.
func TestPartsAddUp(t *testing.T) {
	const seed = 5
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		growth := Tally{Messages: random.Int64N(1 << random.IntN(12)), Recipients: random.Int64N(1 << random.IntN(30)),
			Bytes: random.Int64N(1 << 30)}
		if growth.Recipients > 0 {
			growth.RecipientBytes = random.Int64N(1 << random.IntN(50))
		}
		if growth.CheckGrowth() != nil {
			continue
		}
		parts := growth.Parts()
		var recipients, bytes int64
		for _, p := range parts {
			if err := CheckSize(p.Recipients, p.Bytes); err != nil {
				t.Fatalf("%+v has a part that is no record: %v", growth, err)
			}
			recipients, bytes = recipients+p.Recipients, bytes+p.Recipients*p.Bytes
		}
		if recipients != growth.Recipients || bytes != growth.RecipientBytes {
			t.Fatalf("%+v is kept as %d recipients and %d bytes", growth, recipients, bytes)
		}
		if n := int64(len(parts)); n > MaxParts || growth.Recipients >= max(growth.Messages, 2) && growth.Messages >= 2 && growth.Messages <= MaxParts && n != growth.Messages {
			t.Fatalf("%+v is kept as %d records", growth, n)
		}
	}
}
