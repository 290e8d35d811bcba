package api

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"stint"
	"stint/internal/app"
	"stint/internal/wire"
)

// batchBody is the body of a batch; each item is decoded by itself, so that
// each can be refused by itself.
type batchBody struct {
	Mode   *string    `json:"mode" write:"create" enum:"create,upsert" doc:"upsert replaces the entry that has an item's externalKey; create (the default) refuses such an item."`
	Atomic *bool      `json:"atomic" write:"create" doc:"true: one refused item refuses all. false (the default): each item has a result of its own."`
	Items  []wire.Raw `json:"items" write:"create" need:"create" minItems:"1" maxItems:"1000"`
}

var batchShape = wire.Of[batchBody]()

func batchRequest() *huma.Schema {
	schema := batchShape.Request(wire.Create)
	schema.Properties["items"].Items = shapes["time entry"].Request(wire.Create)
	return schema
}

func batchAnswer(d *documentMaker) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Description: "A result for each item, in the order of the items.", Items: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"status"}, Properties: map[string]*huma.Schema{
			"status": {Type: huma.TypeInteger, Description: "201 created, 200 replaced, or the status of the refusal.", Examples: []any{201}},
			"data":   d.ref("TimeEntry"),
			"error":  d.ref("Error"),
		}}}
}

func (s *Server) batch(q *request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	var b batchBody
	if problems := batchShape.Decode(body, wire.Create, &b, ""); len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	atomic := b.Atomic != nil && *b.Atomic
	items, problems := batchItems(b.Items)
	if atomic && len(problems) > 0 {
		return stint.InvalidBody(problems)
	}
	upsert := b.Mode != nil && *b.Mode == "upsert"
	return q.answer(app.Batch(q.ctx(), s.app, q.call, items, upsert, atomic, batchResults))
}

// batchItems decodes each item; problems are those of all items, with their places.
func batchItems(raw []wire.Raw) (items []app.BatchItem, all []stint.Problem) {
	items = make([]app.BatchItem, len(raw))
	for i, r := range raw {
		rec, problems := decode[stint.TimeEntry](timeEntries.shape(), r, wire.Create, "")
		for _, p := range problems {
			p.Pointer = "/items/" + strconv.Itoa(i) + p.Pointer
			all = append(all, p)
		}
		items[i].Fresh = func() (*stint.TimeEntry, []stint.Problem) { fresh := *rec; return &fresh, problems }
		if rec.ExternalKey != nil {
			key := *rec.ExternalKey
			items[i].Key, items[i].Apply = key, timeEntries.replaceByKey(r, key, "")
		}
	}
	return items, all
}

func batchResults(results []app.BatchResult) []byte {
	b := append(make([]byte, 0, 400*len(results)), `{"data":[`...)
	for i, r := range results {
		if i > 0 {
			b = append(b, ',')
		}
		status := r.Status
		if r.Err != nil {
			status = statusOf[r.Err.Kind]
		}
		b = strconv.AppendInt(append(b, `{"status":`...), int64(status), 10)
		if r.Err != nil {
			b = appendError(append(b, `,"error":`...), r.Err, status, "")
		} else {
			b = timeEntries.shape().Append(append(b, `,"data":`...), r.Entry, nil)
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}
