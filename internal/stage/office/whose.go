package office

import (
	"errors"

	"postmeter/internal/store"
)

// Where the history of an entry stands: its name there, by kind.
var entities = map[Kind]string{Plans: "plan", Charges: "charge", Servers: "server", Settings: "settings"}

// assignmentEntities are the names of assignments there.
var assignmentEntities = map[What]string{PlanAssignments: "plan_assignment", ChargeAssignments: "charge_assignment", ObjectAssignments: "object_assignment"}

// lastLooked is how many entries of a history are looked through for the last change.
const lastLooked = 50

// whose says who changed a thing that a form shows as it was.
func (im *importer) whose(stale *Stale, e *Entry) error {
	var rows []store.HistoryRow
	var err error
	if e.Kind == Customers {
		rows, err = im.tx.HistoryOf(e.ID, []string{"customer"}, 0, lastLooked)
	} else {
		rows, err = im.tx.HistoryOfThing(entities[e.Kind], e.ID, 0, lastLooked)
	}
	stale.changedBy(rows, e.ID)
	return joined(stale, err)
}

// whose says who changed an assignment that a form shows as it was.
func (r *assignReader) whose(stale *Stale, a *Assignment) error {
	rows, err := r.im.tx.HistoryOf(r.in.Customer.ID, []string{assignmentEntities[a.What]}, 0, lastLooked)
	stale.changedBy(rows, a.ID)
	return joined(stale, err)
}

func joined(stale *Stale, err error) error {
	if err != nil {
		return errors.Join(stale, err)
	}
	return stale
}

// changedBy takes the last change of a thing out of the history, the newest first. A sync is none: it changes nothing that
// a form shows.
func (s *Stale) changedBy(rows []store.HistoryRow, id int64) {
	for i := range rows {
		if h := &rows[i]; h.EntityID == id && (h.Action == "changed" || h.Action == "created") {
			s.Actor, s.At = h.Actor, h.At
			return
		}
	}
}
