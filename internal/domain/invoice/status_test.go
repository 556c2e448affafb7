package invoice

import "testing"

func TestStatusIsDerivedFromTheThreeAxes(t *testing.T) {
	for _, test := range []struct {
		name string
		axes Axes
		want Status
	}{
		{"a new draft", Axes{State: Draft, Total: 100, Open: 100}, StatusDraft},
		{"a draft of nothing is not paid", Axes{State: Draft}, StatusDraft},
		{"mailed to the operator", Axes{State: Draft, Tested: true, Total: 100}, StatusTested},
		{"final", Axes{State: Final, Tested: true, Total: 100, Open: 100}, StatusSent},
		{"final, nothing to pay", Axes{State: Final}, StatusSent},
		{"paid in part", Axes{State: Final, Total: 100, Open: 1}, StatusSent},
		{"a mail that may be out", Axes{State: Final, Unconfirmed: true, Bounced: true, Total: 100, Open: 100}, StatusUnconfirmed},
		{"a mail that came back", Axes{State: Final, Bounced: true, Total: 100, Open: 100}, StatusBounced},
		{"paid though one address bounced", Axes{State: Final, Bounced: true, Total: 100}, StatusPaid},
		{"paid too much", Axes{State: Final, Total: 100, Open: -5}, StatusPaid},
		{"given up, so nothing came", Axes{State: Final, Total: 100, WrittenOff: 100}, StatusSent},
		{"paid in part, the rest given up", Axes{State: Final, Total: 100, WrittenOff: 1}, StatusSent},
		{"given up since its mail came back", Axes{State: Final, Bounced: true, Total: 100, WrittenOff: 100}, StatusBounced},
		{"taken back after it was paid", Axes{State: Void, Total: 100}, StatusVoid},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.axes.Status(); got != test.want {
				t.Errorf("%+v is %s, want %s", test.axes, got, test.want)
			}
		})
	}
}
