package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"postmeter/internal/face/access"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/stage/gather"
)

// maxUsageBody is how large a batch of reports is at most, unpacked, in bytes: 10,000 of 1.6 KB.
const maxUsageBody = 16 << 20

// usageInput is a batch of reports.
type usageInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte
}

type usageOutput struct{ Body usageAnswer }

// usageAnswer says what became of the records of a batch.
type usageAnswer struct {
	Records      int           `json:"records" doc:"How many records the batch had."`
	Accepted     int           `json:"accepted" doc:"How many of them were counted now."`
	AlreadyKnown int           `json:"already_known" doc:"How many had been counted before."`
	UnknownList  int           `json:"unknown_list" doc:"How many are of lists that are not known yet. They are kept, and counted when the list appears."`
	Refused      int           `json:"refused" doc:"How many were not taken."`
	Results      []usageResult `json:"results" doc:"What became of each record, in the order of the batch."`
}

type usageResult struct {
	Index  int    `json:"index" doc:"The place in the batch, from 0."`
	ID     string `json:"id,omitempty" doc:"The id that the record has."`
	Status string `json:"status" enum:"accepted,already_known,unknown_list,refused"`
	Place  string `json:"place,omitempty" doc:"The field because of which the record was refused."`
	Reason string `json:"reason,omitempty" doc:"Why the record was refused, and what to do."`
}

// usageReports registers the reporting of usage.
func usageReports(a *API) {
	op := huma.Operation{
		OperationID: "report-usage", Method: http.MethodPost, Path: "/usage", Tags: []string{"usage"},
		Summary: "Report usage",
		Description: "Up to 10,000 records are counted in one transaction: usage, corrections, and readings of members, plain or as CloudEvents. " +
			"A record is known by its id, which is unique for its server (of a CloudEvent: by source and id). So a batch whose answer was lost is sent again without harm; " +
			"the same id with other content is refused. One refused record does not keep the others out. The body may be compressed (Content-Encoding: gzip).",
		Errors:           []int{400, 401, 403, 413, 415, 422, 503},
		SkipValidateBody: true, // each record is judged by itself
		RequestBody:      usageBody(a.huma.OpenAPI().Components.Schemas),
	}
	Register(a, op, httpkit.Body{Max: maxUsageBody, Gzip: true}, a.reportUsage)
}

func (a *API) reportUsage(ctx context.Context, in *usageInput) (*usageOutput, error) {
	texts, err := split(in.ContentType, in.RawBody)
	if err != nil {
		return nil, err
	}
	server := ""
	if who := access.Of(ctx); who != nil && who.Token != nil {
		server = who.Token.Server
	}
	outcomes, _, err := gather.Report(ctx, gather.ReportOrder{DB: a.DB, By: a.By(ctx), Server: server, Texts: texts})
	if err != nil {
		return nil, err
	}
	return &usageOutput{answerOf(outcomes)}, nil
}

func answerOf(outcomes []gather.Outcome) usageAnswer {
	out := usageAnswer{Records: len(outcomes), Results: make([]usageResult, len(outcomes))}
	for i, o := range outcomes {
		out.Results[i] = usageResult{i, o.ID, string(o.Became), o.Place, o.Reason}
		switch o.Became {
		case gather.Counted:
			out.Accepted++
		case gather.AlreadyKnown:
			out.AlreadyKnown++
		case gather.OfUnknownList:
			out.UnknownList++
		case gather.Refused:
			out.Refused++
		}
	}
	return out
}
