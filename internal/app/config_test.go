package app

import "testing"

func TestLoad(t *testing.T) {
	env := func(vars map[string]string) func(string) string {
		return func(name string) string { return vars[name] }
	}
	for _, test := range []struct {
		name string
		flag string
		vars map[string]string
		want Config
	}{
		{"nothing said", "", nil, Config{Database: "sqlite:postmeter.db"}},
		{"environment", "", map[string]string{"POSTMETER_DB": "postgres://db/p", "POSTMETER_KEY_FILE": "/k"},
			Config{Database: "postgres://db/p", KeyFile: "/k"}},
		{"the flag wins", "sqlite:other.db", map[string]string{"POSTMETER_DB": "postgres://db/p"},
			Config{Database: "sqlite:other.db"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Load(test.flag, env(test.vars)); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
