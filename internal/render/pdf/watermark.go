package pdf

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

const (
	watermarkSize  = 46.0 // millimetres, of the font
	watermarkAngle = 52.0 // degrees, rising
)

// watermark draws a word across the page. It is drawn as shapes and not
// written as text, so that it is no part of what is searched, copied or read aloud.
func (s *sheet) watermark(word string, c color) {
	parsed, err := sfnt.Parse(gobold.TTF)
	if err != nil {
		panic(err) // the bytes are part of the program
	}
	var buf sfnt.Buffer
	em := fixed.I(int(parsed.UnitsPerEm()))
	scale := watermarkSize / float64(em)
	width := float64(faces().bold.width(word)) / 1000 * watermarkSize
	x, y := (pageWidth-width)/2, pageHeight/2+watermarkSize*0.36

	s.pdf.TransformBegin()
	s.pdf.TransformRotate(watermarkAngle, pageWidth/2, pageHeight/2)
	s.pdf.SetFillColor(c[0], c[1], c[2])
	for _, r := range word {
		glyph, err := parsed.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		shape, err := parsed.LoadGlyph(&buf, glyph, em, nil)
		if err != nil {
			continue
		}
		s.outline(shape, x, y, scale)
		if advance, err := parsed.GlyphAdvance(&buf, glyph, em, font.HintingNone); err == nil {
			x += float64(advance) * scale
		}
	}
	s.pdf.TransformEnd()
}

// outline fills the shape of a glyph whose origin is at x, y.
func (s *sheet) outline(shape sfnt.Segments, x, y, scale float64) {
	at := func(p fixed.Point26_6) (float64, float64) {
		return x + float64(p.X)*scale, y + float64(p.Y)*scale
	}
	var fromX, fromY float64
	for _, part := range shape {
		x1, y1 := at(part.Args[0])
		x2, y2 := at(part.Args[1])
		switch part.Op {
		case sfnt.SegmentOpMoveTo:
			s.pdf.MoveTo(x1, y1)
			fromX, fromY = x1, y1
		case sfnt.SegmentOpLineTo:
			s.pdf.LineTo(x1, y1)
			fromX, fromY = x1, y1
		case sfnt.SegmentOpQuadTo: // TrueType's curves have one control point, PDF's two
			s.pdf.CurveBezierCubicTo(fromX+(x1-fromX)*2/3, fromY+(y1-fromY)*2/3,
				x2+(x1-x2)*2/3, y2+(y1-y2)*2/3, x2, y2)
			fromX, fromY = x2, y2
		case sfnt.SegmentOpCubeTo: // no TrueType font has these
		}
	}
	s.pdf.DrawPath("F")
}
