package admin

import (
	"strconv"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
)

// serverLabels are the labels of what the history of a server holds: those of its form, and what syncs came to.
var serverLabels = map[string]string{
	"host": "Host Name", "kind": "Kind", "url": "URL", "billed_source": "Billed size", "average_bytes": "Size where none is told",
	"time_zone": "Time zone", "service_senders": "Service senders", "renamed_lists": "Renamed on the server", "back_lists": "There again", "missing_lists": "Not found any more",
	"confirmed": "Believed by hand", "from": "From", "to": "To", "first_day": "First day in the new place", "format": "Format", "path": "Path", "rotated": "Rotated files",
}

// label is what a field of the thing that is told is called.
func (t teller) label(name string) string {
	own := ""
	switch t.entity {
	case "server":
		own = serverLabels[name]
	case "settings":
		own = settingLabel(name)
	case "operator":
		own = map[string]string{"left": "Codes left"}[name]
	}
	return orSame(own, fieldLabel(name))
}

// settingLabel is the label of a setting in the form of settings, or "".
func settingLabel(name string) string {
	for _, part := range settingsParts("", "", period.First) {
		for i := range part.Fields {
			if f := &part.Fields[i]; f.Name == name || f.Name == "settings."+name {
				return f.Label
			}
		}
	}
	return ""
}

// hides says whether a field is not shown. The kind of a server is its own, and not how something was booked.
func (t teller) hides(name string) bool {
	return hiddenFields[name] && (t.entity != "server" || name != "kind")
}

// serverValue writes a value of the history of a server. Figures that are 0 are left out.
func serverValue(name string, n *doc.Node) string {
	switch name {
	case "kind":
		return kindWord(n.Text)
	case "billed_source":
		return sizeWord(n.Text)
	case "reason", "confirmed":
		return capital(n.Text) + "."
	}
	figure, err := strconv.ParseInt(n.Text, 10, 64)
	switch {
	case n.Kind != doc.Number || err != nil:
		return shortened(n.Text)
	case figure == 0:
		return ""
	case name == "average_bytes":
		return bytesWords(figure)
	}
	return web.Thousands(figure)
}

// bytesWords writes a size in KB, if it is a whole number of them.
func bytesWords(bytes int64) string {
	if bytes%bytesOfKB != 0 {
		return web.Things(bytes, 0, "byte", "bytes")
	}
	return web.Thousands(bytes/bytesOfKB) + " KB"
}
