package web

import (
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"time"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/office"
)

// FormSpec is what does not change of a form.
type FormSpec struct {
	Fields []Field
	Tabs   []Tab  // of a long form
	Submit string // on the button, such as: Save
	Danger bool   // it takes something away
	Undone string // what a refused form did not do; "": Nothing was saved.
	Brief  bool   // leaving it with changes does not ask: nothing worth keeping is typed
}

// Tab is a part of a long form.
type Tab struct{ Name, Label string }

// Form is a form as it is shown or was sent. Its fields have the names that the provider file has, so Fields is what
// office.Enter takes, and the places of its faults are fields.
type Form struct {
	Spec   *FormSpec
	Action string     // where it is posted to
	Cancel string     // the page that it leaves to, or ""
	Values url.Values // as they are stored, or as they were typed
	Seen   *doc.Node  // the thing as the form showed it (office.Show); nil for something new
	Faults fault.List
	Stale  []Change // what somebody else changed meanwhile

	StaleBy string // who did, "" if nobody knows
	StaleAt time.Time
	key     string
}

// Names of what a form carries besides its fields.
const (
	formKey  = "_key"  // one for each form that is shown: the second sending gets the result of the first
	formSeen = "_seen" // the thing as the form showed it
	formMore = "_more" // sent by the button that asks for more rows
)

// NewForm makes the form to show of something new; start gives what it begins with, or is nil.
func NewForm(spec *FormSpec, action, cancel string, start *doc.Node) *Form {
	f := &Form{Spec: spec, Action: action, Cancel: cancel, Values: url.Values{}, key: rand.Text()}
	if start != nil {
		f.Values = spec.values(start)
	}
	return f
}

// EditForm makes the form to show of something stored.
func EditForm(spec *FormSpec, action, cancel string, seen *doc.Node) *Form {
	f := NewForm(spec, action, cancel, seen)
	f.Seen = seen
	return f
}

// ReadForm reads what was sent. Faults of the text itself (too long, control characters, none of the choices) are
// noted; the stage finds the others.
func ReadForm(c *Context, spec *FormSpec, cancel string) (*Form, error) {
	if err := c.R.ParseForm(); err != nil {
		return nil, unreadable(err)
	}
	sent := c.R.PostForm
	if len(sent) > maxFormKeys {
		return nil, fault.New(fault.Invalid, "The form has more than %d fields.", maxFormKeys)
	}
	f := &Form{Spec: spec, Action: c.R.URL.RequestURI(), Cancel: cancel, Values: maps.Clone(sent), key: sent.Get(formKey)}
	if len(f.key) != len(rand.Text()) {
		f.key = rand.Text()
	}
	if text := sent.Get(formSeen); text != "" {
		seen, err := doc.ParseJSON([]byte(text))
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "The form came back damaged. Open the page again.")
		}
		f.Seen = seen
	}
	for i := range spec.Fields {
		spec.Fields[i].normalise(f.Values)
		spec.Fields[i].check(f.Values, &f.Faults)
	}
	return f, nil
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "The form cannot be read. Open the page again.")
}

// More says whether the form was sent to get more rows of a field: it is shown again, and nothing is saved.
func (f *Form) More() bool { return f.Values.Get(formMore) != "" }

// Get returns the text of a field.
func (f *Form) Get(name string) string { return f.Values.Get(name) }

// Ticked says whether a box is ticked.
func (f *Form) Ticked(name string) bool { return f.Values.Get(name) == yes }

// Fields is what was typed, as the provider file has it: texts, lists, yes and no; an empty number or date is null.
func (f *Form) Fields() doc.Node {
	n := doc.Node{Kind: doc.Object}
	for i := range f.Spec.Fields {
		f.Spec.Fields[i].put(&n, f.Values)
	}
	return n
}

// Saving is what Save needs to know.
type Saving struct {
	// Do saves what was typed, and returns where to go on and what to say there.
	Do func() (location, said string, err error)
	// Now returns the thing as it is stored, when somebody changed it meanwhile. It may be nil for something new.
	Now func() (doc.Node, error)
	// Show shows the form again with a status, with everything that was typed.
	Show func(status int) error
}

// Save saves a form once. A form that was sent before gets the result of the first time. When something is wrong with
// it, it is shown again.
func (f *Form) Save(c *Context, s Saving) error {
	if len(f.Faults) > 0 {
		return s.Show(http.StatusUnprocessableEntity)
	}
	location, err := c.claim(f.key)
	if err != nil {
		return err
	}
	if location != "" {
		return c.Redirect(location, "")
	}
	location, said, err := s.Do()
	if err == nil {
		if err := c.finish(f.key, location); err != nil {
			return err
		}
		return c.Redirect(location, said)
	}
	if freed := c.free(f.key); freed != nil {
		return errors.Join(err, freed)
	}
	return f.refused(err, s)
}

// staleWords say who changed the thing that a form shows, and when.
func (f *Form) staleWords() string {
	who, when := "Somebody", ""
	if f.StaleBy != "" {
		who, when = f.StaleBy, " at "+f.StaleAt.Format("2006-01-02 15:04")+" UTC,"
	}
	return who + " changed this" + when + " while you had it open. Nothing was saved yet."
}

// Refused shows the form again with what is wrong with it; an error of another kind it returns.
func (f *Form) Refused(err error, show func(status int) error) error {
	return f.refused(err, Saving{Show: show})
}

// refused shows the form again where that helps.
func (f *Form) refused(err error, s Saving) error {
	var stale *office.Stale
	switch {
	case errors.As(err, &stale) && s.Now != nil && f.Seen != nil:
		now, err := s.Now()
		if err != nil {
			return err
		}
		f.StaleBy, f.StaleAt = stale.Actor, time.UnixMicro(stale.At).UTC()
		f.Stale, f.Values = merge(f.Spec, f.Values, f.Spec.values(f.Seen), f.Spec.values(&now))
		f.Seen, f.key = &now, rand.Text()
		return s.Show(http.StatusConflict)
	case fault.KindOf(err) == fault.Invalid:
		f.Faults.AddError("", placed(err))
		f.key = rand.Text()
		return s.Show(http.StatusUnprocessableEntity)
	}
	return err
}

// placed finds the faults with places within an error that wraps them.
func placed(err error) error {
	var list fault.List
	if errors.As(err, &list) {
		return list
	}
	var one *fault.Error
	if errors.As(err, &one) && one.Place != "" {
		return one
	}
	return err
}
