// Package operator holds who may work with the system: operators, their roles, and the rules of their passwords.
//
// An operator is valid when name and role are. Only an administrator may change another operator; everybody may change
// the own password. Passwords and keys of second factors are never part of the struct: they are stored as hashes or
// sealed, and never given out.
package operator

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
)

// Operator is somebody who signs in.
type Operator struct {
	ID     int64
	Name   string // what is typed to sign in; unique, whatever its case
	Role   Role
	Active bool // one who is not active cannot sign in
	TOTP   bool // a second factor is asked for
}

// Role says what an operator may do. Each role may do what the lesser ones may.
type Role uint8

// The roles. The zero value may do nothing.
const (
	Nobody        Role = iota
	Viewer             // sees everything but secrets, changes nothing
	Clerk              // customers, contracts, bills: everything but settings, servers' secrets and operators
	Administrator      // everything
)

var roleNames = [...]string{"nobody", "viewer", "clerk", "administrator"}

// String returns the role's name as it is stored and typed.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return roleNames[Nobody]
}

// Title returns the role as people read it.
func (r Role) Title() string {
	switch r {
	case Viewer:
		return "Viewer"
	case Clerk:
		return "Billing clerk"
	case Administrator:
		return "Administrator"
	}
	return "Nobody"
}

// ParseRole reads the name of a role.
func ParseRole(name string) (Role, error) {
	for r, n := range roleNames {
		if n == name && Role(r) != Nobody {
			return Role(r), nil
		}
	}
	return Nobody, fault.New(fault.Invalid, "%.40q is not a role: use one of %s", name, strings.Join(roleNames[1:], ", "))
}

// May says whether the role includes another.
func (r Role) May(least Role) bool { return least != Nobody && r >= least }

// Limits of names and passwords.
const (
	MaxNameBytes     = 100
	MinPasswordRunes = 10
	MaxPasswordBytes = 1000
)

// Key is a name as it is compared: without regard to case.
func Key(name string) string { return strings.ToLower(name) }

// CheckName says what is wrong with an operator's name.
func CheckName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fault.New(fault.Invalid, "is missing")
	case len(name) > MaxNameBytes:
		return fault.New(fault.Invalid, "has more than %d bytes", MaxNameBytes)
	case strings.TrimSpace(name) != name:
		return fault.New(fault.Invalid, "begins or ends with a space")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fault.New(fault.Invalid, "has a character that cannot be printed")
	}
	return nil
}

// CheckPassword says what is wrong with a new password. Length is what counts; no mixture of characters is asked for.
func CheckPassword(password, name string) error {
	switch {
	case password == "":
		return fault.New(fault.Invalid, "is missing")
	case len(password) > MaxPasswordBytes:
		return fault.New(fault.Invalid, "has more than %d bytes", MaxPasswordBytes)
	case utf8.RuneCountInString(password) < MinPasswordRunes:
		return fault.New(fault.Invalid, "is too short: use at least %d characters, such as four words", MinPasswordRunes)
	case Key(password) == Key(name):
		return fault.New(fault.Invalid, "is the name: choose another")
	}
	return nil
}
