package api

import (
	"github.com/danielgtaylor/huma/v2"
)

// usageBody describes a batch of reports. Its records are read by package maillog, which says of each what is wrong with
// it; so the description is written by hand.
func usageBody(schemas huma.Registry) *huma.RequestBody {
	all := schemas.Map()
	all["UsageRecord"] = usageRecord()
	all["UsageCorrection"] = usageCorrection()
	all["MemberReading"] = memberReading()
	all["UsageEvent"] = usageEvent()
	one := &huma.Schema{OneOf: []*huma.Schema{ref("UsageRecord"), ref("UsageCorrection"), ref("MemberReading"), ref("UsageEvent")}}
	most := 10_000
	many := func(of *huma.Schema) *huma.Schema { return &huma.Schema{Type: "array", MaxItems: &most, Items: of} }
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		typeJSON:   {Schema: &huma.Schema{OneOf: []*huma.Schema{many(one), one}}},
		typeLines:  {Schema: &huma.Schema{Type: "string", Description: "One record a line."}},
		typeEvent:  {Schema: ref("UsageEvent")},
		typeEvents: {Schema: many(ref("UsageEvent"))},
	}}
}

func ref(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }

func text(about string) *huma.Schema   { return &huma.Schema{Type: "string", Description: about} }
func number(about string) *huma.Schema { return &huma.Schema{Type: "integer", Description: about} }

func object(about string, required []string, fields map[string]*huma.Schema) *huma.Schema {
	return &huma.Schema{Type: "object", Description: about, Required: required, Properties: fields, AdditionalProperties: false}
}

func instant(about string) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Description: about}
}

// place are the fields that say which list a record is about.
func place(fields map[string]*huma.Schema) map[string]*huma.Schema {
	fields["server"] = text("Hosting server; not needed with a token that is for one.")
	fields["site"] = text("Mail domain of the list.")
	fields["list"] = text("Name of the list.")
	return fields
}

func usageRecord() *huma.Schema {
	return object("One message that a list sent.", []string{"id", "site", "list", "at", "bytes", "recipients"}, place(map[string]*huma.Schema{
		"id": text("Unique for its server; the same again is harmless."), "at": instant("When it was sent."),
		"bytes": number("Size of the message."), "recipients": number("How many took it."),
	}))
}

func usageCorrection() *huma.Schema {
	return object("Takes recipients of an earlier record back, or adds some.", []string{"id", "corrects", "reason", "recipients"}, place(map[string]*huma.Schema{
		"id": text("Its own."), "corrects": text("The id of the record that it corrects."), "reason": text("Why."),
		"recipients": number("How many more; negative for fewer."), "at": instant("Left out: that of the record."), "bytes": number("Left out: that of the record."),
	}))
}

func memberReading() *huma.Schema {
	return object("How many members a list had on a day. A later reading of a day takes the place of an earlier one.",
		[]string{"site", "list", "day", "members"}, place(map[string]*huma.Schema{
			"day": {Type: "string", Format: "date", Description: "Civil date."}, "members": number("How many there were."),
		}))
}

func usageEvent() *huma.Schema {
	return &huma.Schema{
		Type: "object", Description: "A CloudEvent that holds a record in data. Its id and source stand for the id of the record, its time for at, if data has none.",
		Required: []string{"specversion", "id", "source", "type", "data"},
		Properties: map[string]*huma.Schema{
			"specversion": {Type: "string", Enum: []any{"1.0"}}, "id": text("Unique for its source."), "source": text("Who reports."),
			"type": text("Any."), "time": instant("When the message was sent."), "data": {Type: "object", Description: "The fields of a record."},
		},
	}
}
