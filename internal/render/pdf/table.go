package pdf

import (
	"fmt"

	"stint"
)

// The table of lines.
const (
	gap        = 6.0  // between columns
	padding    = 2.1  // above and below the text of a row
	headHeight = 8.2  // of the column titles
	cellInset  = 2.0  // of the outer columns' texts, so that the tint frames them
	minNumber  = 14.0 // width of a column of numbers
	maxNumber  = 50.0 // 40 digits fit, in smaller print
	smallest   = 5.5  // size of print, in points, that a long number shrinks to
	totalsX    = 92.0 // left edge of the totals

	// keepTogether is how many lines a row may have that is never split.
	keepTogether = 8
	// maxCell is how many printed lines of one description are shown, maxPrinted
	// how many of all; then a row shows its first maxRest.
	maxCell    = 400
	maxPrinted = 20_000
	maxRest    = 2
)

var (
	cellStyle = style{size: 9, color: ink}
	headStyle = style{bold: true, size: 8, color: muted}
)

// row is a line of the table: its description, and the three numbers.
type row struct {
	description string
	numbers     [3]string
}

// table is what stands between the letterhead and the end.
type table struct {
	rows     []row
	titles   [3]string
	currency string
	// sum is of the rows; amount is the invoice's own.
	sum, amount int64
	// edges are the right ends of the columns of numbers, widths their widths.
	edges, widths [3]float64
	// description is the width of the first column.
	description float64
}

// newTable computes what the lines come to. An invoice without any has one
// row, the lump sum.
func newTable(doc *stint.InvoiceDocument) (*table, error) {
	inv := &doc.Invoice
	code, _ := clean(inv.CurrencyCode)
	code = cellStyle.fit(code, 12) // three letters, unless something is wrong
	t := &table{currency: code, amount: int64(inv.AmountMinor), rows: make([]row, 0, len(doc.Lines))}
	t.titles = [3]string{"Quantity", "Unit price", "Amount (" + code + ")"}
	for i := range doc.Lines {
		line := &doc.Lines[i]
		amount, err := line.LineMinor()
		if err != nil {
			return nil, fmt.Errorf("amount of line %d: %w", i+1, err)
		}
		if t.sum, err = stint.AddMinor(t.sum, amount); err != nil {
			return nil, fmt.Errorf("sum of the lines: %w", err)
		}
		t.rows = append(t.rows, row{line.Description, [3]string{
			line.Quantity.String(), money(int64(line.AmountMinor), code), money(amount, code)}})
	}
	if len(doc.Lines) == 0 {
		amount := money(t.amount, code)
		t.sum = t.amount
		t.rows = append(t.rows, row{"Lump sum", [3]string{"1", amount, amount}})
	}
	t.columns()
	return t, nil
}

// columns gives the numbers the width they need, within limits, and the
// descriptions the rest.
func (t *table) columns() {
	edge := right - cellInset
	for c := 2; c >= 0; c-- {
		need := max(minNumber, headStyle.width(t.titles[c]))
		for i := range t.rows {
			need = max(need, cellStyle.width(t.rows[i].numbers[c]))
		}
		t.widths[c] = min(need, maxNumber)
		t.edges[c] = edge
		edge -= t.widths[c] + gap
	}
	t.description = edge - left - cellInset
}

// draw writes the table and the totals, over as many pages as it takes.
func (t *table) draw(s *sheet) {
	if s.y+headHeight+3*cellStyle.leading()+2*padding+t.ending() > bottom {
		s.newPage()
	}
	t.head(s)
	printed := 0
	for i := range t.rows {
		most, after := maxCell, 0.0
		if printed > maxPrinted {
			most = maxRest
		}
		if i == len(t.rows)-1 {
			after = t.ending() // the last row takes the totals along to the next page
		}
		printed += t.row(s, &t.rows[i], most, after)
	}
	t.totals(s)
}

// head writes the titles of the columns.
func (t *table) head(s *sheet) {
	s.fill(left, s.y, right-left, headHeight, tint)
	s.rule(left, s.y+headHeight, 0.35, accent)
	baseline := s.y + headHeight/2 + headStyle.size*point*0.36
	s.text(left+cellInset, baseline, headStyle, "Description")
	for c, title := range t.titles {
		s.textRight(t.edges[c], baseline, headStyle, title)
	}
	s.y += headHeight
}

// turn goes on with the table on a new page.
func (t *table) turn(s *sheet) {
	s.newPage()
	t.head(s)
}

// row writes a row, splitting it over pages when it is tall; after is the room
// that has to stay below it. It answers the number of lines.
func (t *table) row(s *sheet, r *row, maxLines int, after float64) int {
	description := cell{cellStyle, cellStyle.wrap(s.clean(r.description), t.description, maxLines)}
	height := max(1, len(description.lines))
	var numbers [3]cell
	for c, text := range r.numbers {
		numbers[c] = fitNumber(text, t.widths[c])
		height = max(height, len(numbers[c].lines))
	}
	leading := cellStyle.leading()
	fits := func(lines int, after float64) bool {
		return s.y+2*padding+float64(lines)*leading+after <= bottom
	}
	if height <= keepTogether && !fits(height, after) {
		t.turn(s)
	}
	for from := 0; from < height; {
		n := height - from
		if !fits(min(n, 3), 0) {
			t.turn(s)
			continue
		}
		if !fits(n, 0) {
			n = int((bottom - s.y - 2*padding) / leading)
		} else if !fits(n, after) {
			n = max(n-3, 1) // a few lines go with the totals
		}
		s.y += padding
		for i := from; i < from+n; i++ {
			baseline := s.y + cellStyle.size*point*1.05
			s.text(left+cellInset, baseline, cellStyle, description.line(i))
			for c := range numbers {
				s.textRight(t.edges[c], baseline, numbers[c].style, numbers[c].line(i))
			}
			s.y += leading
		}
		s.y += padding
		s.rule(left, s.y, 0.15, hair)
		if from += n; from < height {
			t.turn(s)
		}
	}
	return height
}

// totals writes what the lines come to and what the invoice says, once when
// the two are the same.
func (t *table) totals(s *sheet) {
	if s.y+t.ending() > bottom {
		s.newPage()
	}
	s.y += 5
	label := "Total"
	if t.sum != t.amount {
		label = "Invoice amount"
		small := style{size: 9.5, color: ink}
		s.text(totalsX+cellInset, s.y+4, small, "Lines total")
		s.textRight(right-cellInset, s.y+4, small, t.currency+" "+money(t.sum, t.currency))
		s.y += 7
	}
	strong := style{bold: true, size: 12, color: ink}
	s.fill(totalsX, s.y, right-totalsX, 10, tint)
	s.rule(totalsX, s.y, 0.5, accent)
	s.text(totalsX+cellInset, s.y+6.6, strong, label)
	s.textRight(right-cellInset, s.y+6.6, strong, t.currency+" "+money(t.amount, t.currency))
	s.y += 10
	if s.boxed {
		s.text(left, s.y+8, style{size: 7.5, color: muted},
			string(box)+" stands for a character that the fonts of this document do not have.")
	}
}

// ending is the height of the totals.
func (t *table) ending() float64 {
	if t.sum != t.amount {
		return 5 + 7 + 10 + 10
	}
	return 5 + 10 + 10
}

// cell is the lines of one column of a row.
type cell struct {
	style style
	lines []string
}

func (c *cell) line(i int) string {
	if i < len(c.lines) {
		return c.lines[i]
	}
	return ""
}

// fitNumber sets a number in one line, in smaller print if need be, and only
// when that is too small to read in several.
func fitNumber(text string, width float64) cell {
	st := cellStyle
	if full := st.width(text); full > width {
		st.size = max(smallest, st.size*width/full)
	}
	// A hair more room, so that rounding does not break what was made to fit.
	return cell{st, st.wrap(text, width+0.1, 8)}
}
