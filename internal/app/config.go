package app

// DefaultDatabase is the database that is used when nothing else is said: an
// embedded one in the working directory.
const DefaultDatabase = "sqlite:postmeter.db"

// The environment variables that Postmeter reads. A flag of the same meaning
// wins over the variable.
const (
	EnvDatabase = "POSTMETER_DB"
	EnvKeyFile  = "POSTMETER_KEY_FILE"
	EnvSMTP     = "POSTMETER_SMTP"
)

// Config says where things are on this machine. What belongs to the provider
// (currency, time zone, addresses) is a setting in the database and never here.
type Config struct {
	// Database is a URL: "sqlite:FILE" or "postgres://…". It may hold a
	// password, so it is never printed.
	Database string

	// KeyFile is the path of the key that encrypts the secrets in the
	// database. Empty means: beside an SQLite database, as the store decides.
	KeyFile string

	// SMTP says where mails go instead of to the mail server of the settings: "smtp://…", "smtps://…" or "file:DIR". It
	// may hold a password, so it is never printed.
	SMTP string
}

// Load reads the configuration. database is the value of --db, empty if it was
// not given; env looks up one environment variable, as os.Getenv does.
func Load(database string, env func(string) string) Config {
	return Config{
		Database: first(database, env(EnvDatabase), DefaultDatabase),
		KeyFile:  env(EnvKeyFile),
		SMTP:     env(EnvSMTP),
	}
}

// first returns the first of its arguments that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
