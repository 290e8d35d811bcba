package pdf

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"stint"
)

var (
	update = flag.Bool("update", false, "write the golden file anew")
	keep   = flag.String("keep", "", "a folder to keep the rendered documents in, to look at")
)

func TestText(t *testing.T) {
	got := text(t, render(t, sample()))
	golden := filepath.Join("testdata", "invoice.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the document says\n%s\nwant\n%s", got, want)
	}
}

func TestVariants(t *testing.T) {
	for _, test := range []struct {
		name       string
		change     func(*stint.InvoiceDocument)
		want, deny []string
	}{
		{"finalized", func(*stint.InvoiceDocument) {},
			[]string{"Number RE-2026-0042", "Issued 4 May 2026", "Due 3 June 2026", "Total EUR 18,411.58", "Page 1 of 1"},
			[]string{"DRAFT", "VOID", "Paid", "Exchange rate", "Lines total", "Invoice amount", "Lump sum"}},
		{"draft", func(d *stint.InvoiceDocument) {
			d.Invoice.Status, d.Invoice.IssuedAt, d.Invoice.DueAt = stint.Draft, nil, nil
		}, []string{"Invoice DRAFT", "Invoice (draft)", "Total EUR 18,411.58"}, []string{"RE-2026", "Number", "Issued", "Due"}},
		{"draft without a number", func(d *stint.InvoiceDocument) {
			d.Invoice.Status, d.Invoice.NumberAssigned = stint.Draft, false
			d.Invoice.InvoiceNumber = stint.PlaceholderNumber(d.Invoice.ID)
		}, []string{"Invoice DRAFT"}, []string{"DRAFT-", "mqxd1"}},
		{"void", func(d *stint.InvoiceDocument) { d.Invoice.Status = stint.Void },
			[]string{"Invoice VOID", "Number RE-2026-0042", "Invoice RE-2026-0042 (void)"}, []string{"DRAFT"}},
		{"paid", func(d *stint.InvoiceDocument) { d.Invoice.PaidAt = d.Invoice.DueAt },
			[]string{"Paid 3 June 2026"}, nil},
		{"an exchange rate", func(d *stint.InvoiceDocument) { d.Invoice.ExchangeRate = "1.0825" },
			[]string{"Exchange rate 1.0825"}, nil},
		{"another amount than the lines", func(d *stint.InvoiceDocument) { d.Invoice.AmountMinor = 1_800_000 },
			[]string{"Lines total EUR 18,411.58", "Invoice amount EUR 18,000.00"}, nil},
		{"lump sum", func(d *stint.InvoiceDocument) { d.Lines = nil },
			[]string{"Lump sum 1 18,411.58 18,411.58", "Total EUR 18,411.58"}, []string{"Lines total"}},
		{"no recipient but a name", func(d *stint.InvoiceDocument) { d.Contact, d.Address = "", nil },
			[]string{"Bill to", "Ακρόπολις Shipping A.E."}, []string{"Greece"}},
		{"contact is the client", func(d *stint.InvoiceDocument) { d.Client, d.Contact = "Ada L.", "Ada L." },
			[]string{"Ada L.", "Building C"}, []string{"Ada L. Ada L."}},
		{"yen", func(d *stint.InvoiceDocument) { d.Lines, d.Invoice.CurrencyCode = nil, "JPY" },
			[]string{"Amount (JPY)", "Total JPY 1,841,158"}, nil},
		{"dinar", func(d *stint.InvoiceDocument) { d.Lines, d.Invoice.CurrencyCode = nil, "KWD" },
			[]string{"Total KWD 1,841.158"}, nil},
		{"missing glyphs", func(d *stint.InvoiceDocument) { d.Lines[0].Description = "\u65e5\u672c 🎉 cafe\u0301\x00\x1b" },
			[]string{"□□ □ café 62.5", "□ stands for a character"}, nil},
		{"nothing", func(d *stint.InvoiceDocument) { *d = stint.InvoiceDocument{} },
			[]string{"Invoice", "Lump sum 1 0 0", "Page 1 of 1"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := sample()
			test.change(&doc)
			got := strings.Join(strings.Fields(text(t, render(t, doc))), " ")
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing in\n%s", want, got)
				}
			}
			for _, deny := range test.deny {
				if strings.Contains(got, deny) {
					t.Errorf("%q must not be in\n%s", deny, got)
				}
			}
		})
	}
}

func TestOutOfRange(t *testing.T) {
	one := sample()
	one.Lines[3] = line("too much", "2", stint.MaxInt53)
	sum := sample()
	sum.Lines[3] = line("too much together", "1", stint.MaxInt53)
	for _, doc := range []stint.InvoiceDocument{one, sum} {
		if _, err := Invoice(doc); !errors.Is(err, stint.ErrOutOfRange) {
			t.Errorf("got %v, want %v", err, stint.ErrOutOfRange)
		}
	}
}

// The same document gives the same bytes, whoever else is rendering; and the
// fonts, which all share, stay as they are.
func TestSameBytes(t *testing.T) {
	regular, bold := slices.Clone(goregular.TTF), slices.Clone(gobold.TTF)
	docs := []stint.InvoiceDocument{sample(), naughty(), many(40)}
	docs[1].Invoice.Status = stint.Void
	docs[2].Invoice.Status = stint.Draft
	want := make([][]byte, len(docs))
	for i := range docs {
		want[i] = render(t, docs[i])
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range docs {
				got, err := Invoice(docs[i])
				if err != nil || !bytes.Equal(got, want[i]) {
					t.Errorf("document %d came out different (%v)", i, err)
				}
			}
		})
	}
	wg.Wait()
	if !bytes.Equal(regular, goregular.TTF) || !bytes.Equal(bold, gobold.TTF) {
		t.Error("rendering changed the fonts")
	}
}

func TestManyLines(t *testing.T) {
	doc := many(500)
	out := render(t, doc)
	took := time.Hour
	for range 3 { // the best of three says what it costs; the others, how busy the machine is
		start := time.Now()
		render(t, doc)
		took = min(took, time.Since(start))
	}
	if took > time.Second {
		t.Errorf("500 lines took %v", took)
	}
	t.Logf("500 lines took %v", took)
	pages := strings.Split(strings.TrimSuffix(text(t, out), "\f\n"), "\f\n")
	if len(pages) < 10 {
		t.Fatalf("%d pages", len(pages))
	}
	rows := 0
	for i, page := range pages {
		if !strings.Contains(page, "Description Quantity Unit price Amount (EUR)") {
			t.Errorf("page %d has no head of the table", i+1)
		}
		if !strings.Contains(page, fmt.Sprintf("Page %d of %d", i+1, len(pages))) {
			t.Errorf("page %d does not say which it is", i+1)
		}
		rows += strings.Count(page, "TSK-")
	}
	if rows != 500 {
		t.Errorf("%d rows are printed", rows)
	}
	checkPlaces(t, out)
}

func TestNaughty(t *testing.T) {
	doc := naughty()
	start := time.Now()
	out := render(t, doc)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	checkPlaces(t, out)
	got := text(t, out)
	for _, want := range []string{
		"{nb} %d (paren) \\back", "1234567890.123456789012345678901234", "0.00000000000000000000000000000000000001",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, r := range got {
		if r < ' ' && r != '\n' && r != '\f' {
			t.Errorf("control character %q", r)
		}
	}
}

// Each string alone, in every place that takes one.
func TestNaughtyEverywhere(t *testing.T) {
	for _, s := range nasty {
		doc := sample()
		doc.Tenant, doc.Client, doc.Contact, doc.Contract, doc.Invoice.InvoiceNumber = s, s, s, s, s
		doc.Address = []string{s, s, s, s, s}
		doc.Lines[0].Description, doc.Lines[4].Description = s, s
		doc.Invoice.CurrencyCode = s
		checkPlaces(t, render(t, doc))
	}
}

func FuzzInvoice(f *testing.F) {
	for _, s := range nasty {
		f.Add(s[:min(len(s), 300)], "12.5", int64(100))
	}
	f.Fuzz(func(t *testing.T, s, quantity string, amount int64) {
		doc := sample()
		doc.Tenant, doc.Client, doc.Address = s, s, []string{s}
		doc.Lines[0].Description = s
		doc.Lines[0].AmountMinor = stint.Int53(amount)
		if q, err := stint.ParseDecimal(quantity); err == nil {
			doc.Lines[0].Quantity = q
		}
		if _, err := Invoice(doc); err != nil && !errors.Is(err, stint.ErrOutOfRange) {
			t.Fatal(err)
		}
	})
}

func BenchmarkInvoice(b *testing.B) {
	doc := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Invoice(doc); err != nil {
			b.Fatal(err)
		}
	}
}
