package mailman

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver/webapi"
)

// longQueue is how many mails may wait in one queue before it is told.
const longQueue = 1000

// queues looks what waits in Mailman's queues, and what is lost in them.
func (s *Server) queues(ctx context.Context) []hosting.Finding {
	var q page[struct {
		Name  string `json:"name"`
		Count int64  `json:"count"`
	}]
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"queues"}, Accept: []int{http.StatusNotFound}}, &q)
	if err != nil || a.Status == http.StatusNotFound || q.Size == nil {
		return []hosting.Finding{untold("queues", "Whether mails wait in the queues", err)}
	}
	var found []hosting.Finding
	var long []string
	for _, queue := range q.Entries {
		switch {
		case queue.Name == "shunt" && queue.Count > 0:
			found = append(found, hosting.Finding{Severity: hosting.Trouble, Code: "queue_shunt",
				Message: hosting.Things(queue.Count, "mail lies", "mails lie") + " in the queue shunt: Mailman failed there, and nobody gets what lies there.",
				Remedy:  "Read the log mailman.log for the reason, mend it, and run mailman unshunt."})
		case queue.Name == "bad" && queue.Count > 0:
			found = append(found, hosting.Finding{Severity: hosting.Warning, Code: "queue_bad",
				Message: hosting.Things(queue.Count, "mail lies", "mails lie") + " in the queue bad: Mailman could not read what lies there.",
				Remedy:  "Look at them in Mailman's folder queue/bad, and delete them there."})
		case queue.Count > longQueue:
			long = append(long, fmt.Sprintf("%s (%d)", short(queue.Name), queue.Count))
		}
	}
	if len(long) > 0 {
		found = append(found, hosting.Finding{Severity: hosting.Warning, Code: "queue_long",
			Message: "Many mails wait: " + strings.Join(long, ", ") + ".",
			Remedy:  "See whether the runners of these queues run (mailman status), and whether the mail server takes mails."})
	}
	if len(found) == 0 {
		return []hosting.Finding{{Severity: hosting.Fine, Code: "queues", Message: "No mails are lost in the queues, and none pile up."}}
	}
	return found
}
