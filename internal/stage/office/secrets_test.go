package office_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// Passwords and card numbers stand nowhere: not in the database, its history, an export, or a message.
func TestSecretsStandNowhere(t *testing.T) {
	const number, digits = "4111 1111 1111 1111", "4111111111111111"
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		d.take(`customers: [{company: Acme, card: {type: Visa, number: "` + number + `", expiration: 2030-01}}]`)
		texts := storetest.Dump(t, url) + d.export()
		for _, file := range []string{
			`customers: [{company: Acme, card: {type: "` + number + `", number: "` + number + `", expiration: "` + digits + `", last4: "` + digits + `"}}]`,
			`servers: [{name: s1, password: rest-secret, token: mail-secret}]`,
		} {
			texts += d.refused(file)
		}
		report := d.take(`customers: [{company: Acme, card: {type: Mastercard, number: "` + number + `", expiration: 2030-01}}]`)
		texts += strings.Join(report.Warnings, "\n") + storetest.Dump(t, url)
		for _, secret := range []string{number, digits, "378282246310005", "3782-822463-10005", "rest-secret", "mail-secret"} {
			if strings.Contains(texts, secret) {
				t.Errorf("%q was kept or said", secret)
			}
		}
		wants(t, d.export(), `card: {type: Mastercard, last4: "", expiration: 2030-01}`)
	})
}

func TestSecretsOpenWithTheirKeyAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		var sealed []byte
		d.read(func(s *store.Snapshot) (err error) {
			sealed, err = s.ServerSecret(1)
			return err
		})
		if opened, err := d.vault.Open(sealed, "server/1"); err != nil || opened != "rest-secret" {
			t.Errorf("the secret opens to %q, %v", opened, err)
		}
		if _, err := d.vault.Open(sealed, "server/2"); err == nil {
			t.Error("the secret of one server opens for another")
		}
		d.vault = newKey(t)
		_, err := d.try(`servers: [{name: s2, password: other}]`)
		if fault.KindOf(err) != fault.Denied {
			t.Errorf("another key was taken beside the first: %v", err)
		}
	})
}
