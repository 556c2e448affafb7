package web

import (
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
)

// How forms that are sent twice are found.
const (
	formKeyLife  = 24 * time.Hour        // how long the result of a form is remembered
	formWait     = 10 * time.Second      // how long the second sending waits for the first
	formWaitStep = 50 * time.Millisecond // how often it looks
)

// claim takes the key of a form. It returns where the form led to when it was sent before, and waits while that is still
// being saved.
func (c *Context) claim(key string) (location string, err error) {
	deadline := time.NewTimer(formWait)
	defer deadline.Stop()
	for {
		fresh := false
		err := c.site.DB.Write(c.Ctx(), c.By(), func(tx *store.Tx) (err error) {
			if fresh, err = tx.ClaimFormKey(key, c.Operator.ID, c.Now.Add(-formKeyLife).UnixMicro()); err != nil || fresh {
				return err
			}
			location, _, err = tx.FormKey(key, c.Operator.ID)
			return err
		})
		if err != nil || fresh || location != "" {
			return location, err
		}
		select {
		case <-c.Ctx().Done():
			return "", c.Ctx().Err()
		case <-deadline.C:
			return "", fault.New(fault.Conflict, "This form was sent before, and is still being saved. Open the list to see its result.")
		case <-time.After(formWaitStep):
		}
	}
}

func (c *Context) finish(key, location string) error {
	return c.site.DB.Write(c.Ctx(), c.By(), func(tx *store.Tx) error { return tx.FinishFormKey(key, location) })
}

func (c *Context) free(key string) error {
	return c.site.DB.Write(c.Ctx(), c.By(), func(tx *store.Tx) error { return tx.FreeFormKey(key) })
}
