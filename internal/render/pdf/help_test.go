package pdf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stint"
)

// sample is a finalized invoice of an ordinary month.
func sample() stint.InvoiceDocument {
	at := func(day string) *stint.Instant {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			panic(err)
		}
		i := stint.InstantOf(t)
		return &i
	}
	return stint.InvoiceDocument{
		Tenant:   "Łukasz Brandt Softwareentwicklung",
		Client:   "Ακρόπολις Shipping A.E.",
		Contact:  "Ms Ελένη Παπαδοπούλου",
		Address:  []string{"Λεωφόρος Συγγρού 120", "Building C, 4th floor", "117 41 Αθήνα", "Greece"},
		Contract: "Fleet portal, phase two",
		Invoice: stint.Invoice{
			ID: "inv_mqxd1kc6bgtcc676xoqzax47", Status: stint.Finalized, InvoiceNumber: "RE-2026-0042",
			NumberAssigned: true, CurrencyCode: "EUR", AmountMinor: 1_841_158, ExchangeRate: "1",
			IssuedAt: at("2026-05-04"), DueAt: at("2026-06-03"), UpdatedAt: *at("2026-05-05"),
		},
		Lines: []stint.Billable{
			line("Berth planning: API for the harbour authority, with import of the tides and a dry run that shows every conflict before anything is moved", "62.5", 12_000),
			line("Code review and pairing", "14.25", 12_000),
			line("On-call, Миколаїв office\n16 to 30 April, nights and the two public holidays", "128", 4_500),
			line("Travel Hamburg – Athens, at cost", "1", 61_918),
			line("Hosting, by the hour", "720.000125", 392),
		},
	}
}

func line(description, quantity string, price stint.Int53) stint.Billable {
	q, err := stint.ParseDecimal(quantity)
	if err != nil {
		panic(err)
	}
	return stint.Billable{Description: description, Quantity: q, AmountMinor: price, CurrencyCode: "EUR"}
}

// many is an invoice of n lines, of one to five lines of print.
func many(n int) stint.InvoiceDocument {
	doc := sample()
	doc.Lines = nil
	for i := range n {
		doc.Lines = append(doc.Lines, line(fmt.Sprintf("TSK-%d Ticket%s", i, strings.Repeat(" and more work", i%17)), "3.25", 9_900))
	}
	return doc
}

// nasty are texts that break renderers.
var nasty = []string{
	"", " ", "\n\n\n", "\x00\x01\x1b[31m\x7f", "\xff\xfe\xed\xa0\x80", "\ufeff\u200b\u200d\u202e\u2066\ufe0f\u00ad",
	strings.Repeat("W", 255), strings.Repeat("—", 255), strings.Repeat("\u00a0", 300), strings.Repeat(" ", 300) + "x",
	strings.Repeat("loremipsum", 10_000), strings.Repeat("lorem ipsum ", 8_334), strings.Repeat("a\n", 50_000),
	strings.Repeat("\u65e5\u672c\u8a9e", 100), strings.Repeat("👩‍👩‍👧‍👦🏳️‍🌈", 40), "שלום עולם, مرحبا بالعالم",
	"Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘", "e" + strings.Repeat("\u0301", 5_000),
	"{nb} %d (paren) \\back ) ( \\", "\uffff\ufffe\U0010ffff\ufdd0", "a\r\nb\rc\u2028d\u2029e\tf\vg\fh\u0085i",
	"\u0a0d\u0d0a\u0128\u0129\u015c\u010a\u010d", // their UTF-16 has the bytes of ( ) \ LF CR
	strings.Repeat("\n", 100_000) + "end", strings.Repeat("\u200b", 100_000) + "end",
}

// naughty is all of it at once.
func naughty() stint.InvoiceDocument {
	doc := sample()
	w := strings.Repeat("W", 255)
	doc.Tenant, doc.Client, doc.Contact, doc.Contract, doc.Invoice.InvoiceNumber = w, w, w, w, w
	doc.Address = []string{w, w, w, w, w, w}
	doc.Lines = []stint.Billable{
		line("long quantity", "1234567890.123456789012345678901234", 90_071),
		line("small quantity", "0.00000000000000000000000000000000000001", stint.MaxInt53),
		line("large amount", "1", 9_007_199_254_740),
		line("1e100", "1e100", 0),
	}
	for _, s := range nasty {
		doc.Lines = append(doc.Lines, line(s, "1", 1))
	}
	return doc
}

func render(t *testing.T, doc stint.InvoiceDocument) []byte {
	t.Helper()
	out, err := Invoice(doc)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		name := strings.ReplaceAll(t.Name(), "/", "_") + ".pdf"
		if err := os.WriteFile(filepath.Join(*keep, name), out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// text is what a reader of the PDF finds: a line of print a line, pages ended
// by a form feed. How wide the gaps are is up to poppler and left out.
func text(t *testing.T, pdf []byte) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(pdftotext(t, pdf, "-layout"), "\f", "\n\f\n"), "\n") {
		if line == "\f" {
			b.WriteString("\f\n")
		} else if words := strings.Fields(line); len(words) > 0 {
			b.WriteString(strings.Join(words, " ") + "\n")
		}
	}
	return b.String()
}

// pdftotext reads a PDF with poppler, which must not find anything wrong with it.
func pdftotext(t *testing.T, pdf []byte, option string) string {
	t.Helper()
	command, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is not installed; it is in the package poppler-utils")
	}
	run := exec.CommandContext(t.Context(), command, option, "-enc", "UTF-8", "-", "-")
	run.Stdin = bytes.NewReader(pdf)
	var out, complaints bytes.Buffer
	run.Stdout, run.Stderr = &out, &complaints
	if err := run.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, complaints.String())
	}
	return out.String()
}

var wordBox = regexp.MustCompile(`<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>`)

// checkPlaces fails when a word leaves the margins or two words overlap.
func checkPlaces(t *testing.T, pdf []byte) {
	t.Helper()
	type place struct {
		x1, y1, x2, y2 float64
		word           string
	}
	for n, page := range strings.Split(pdftotext(t, pdf, "-bbox"), "<page ")[1:] {
		places := map[int][]place{}
		for _, m := range wordBox.FindAllStringSubmatch(page, -1) {
			var v [4]float64
			for i := range v {
				v[i], _ = strconv.ParseFloat(m[i+1], 64)
				v[i] *= point
			}
			// The box is as tall as the font; what is printed is less.
			trim := (v[3] - v[1]) * 0.2
			p := place{v[0] + 0.1, v[1] + trim, v[2] - 0.1, v[3] - trim, m[5]}
			if p.x1 < left-0.5 || p.x2 > right+0.5 || p.y1 < 10 || p.y2 > footerLine+2 {
				t.Errorf("page %d: %.40q is off the page: %+v", n+1, p.word, v)
			}
			band := int(p.y1 / 10) // a word is less than 10 mm high, so it meets those of three bands
			for _, q := range slices.Concat(places[band-1], places[band], places[band+1]) {
				if p.x1 < q.x2 && q.x1 < p.x2 && p.y1 < q.y2 && q.y1 < p.y2 {
					t.Errorf("page %d: %.40q and %.40q overlap", n+1, p.word, q.word)
				}
			}
			places[band] = append(places[band], p)
		}
		if t.Failed() {
			return
		}
	}
}
