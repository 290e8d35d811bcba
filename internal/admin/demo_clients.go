package admin

import (
	"slices"

	"stint"
)

// The people, clients and contracts of the demo. All are made up; the domains
// end in .example, which nobody can own.

type demoPerson struct {
	name, email string
	kinds       []string // of projects the person works on
}

func (p demoPerson) does(kind string) bool {
	return slices.Contains(p.kinds, kind)
}

var demoPeople = []demoPerson{
	{"Lena Ahrens", "lena@ahrens-studio.example", []string{"backend", "ops", "security"}},
	{"Tomás Rivera", "tomas@ahrens-studio.example", []string{"frontend"}},
	{"Priya Nair", "priya@ahrens-studio.example", []string{"data", "backend"}},
	{"Jonas Weber", "jonas@ahrens-studio.example", []string{"backend", "frontend", "ops"}},
}

type demoClient struct {
	name, about, key string
	contacts         []demoContact
	contracts        []demoContract
}

// from is the month in which the client's first contract begins.
func (c *demoClient) from() int {
	first := c.contracts[0].from
	for _, k := range c.contracts {
		first = min(first, k.from)
	}
	return first
}

type demoContact struct {
	salutation, name string
	emails           []string
	addresses        []stint.Address
}

// demoContract runs from the month from to, and not with, the month to; 0 is
// open. hour is the price of an hour in minor units.
type demoContract struct {
	name, terms, currency string
	hour                  stint.Int53
	from, to, termDays    int
	mistaken              bool // one of its invoices is taken back
	projects              []demoProject
}

type demoProject struct {
	name, about, kind, tracker, key string
}

// demoRates are what a unit of a currency is in euros, about.
var demoRates = map[string]float64{"USD": 0.915, "CHF": 1.055, "GBP": 1.172, "JPY": 0.00612}

var demoClients = []demoClient{
	{"Hafenblick Logistik GmbH", "Forwarder in the port of Hamburg; containers and general cargo.", "hafenblick", []demoContact{
		{"Frau", "Katrin Petersen", []string{"k.petersen@hafenblick.example"}, []stint.Address{
			{Address1: "Am Sandtorkai 41", Address2: "3. OG", City: "Hamburg", Zip: "20457", Region: "Hamburg", Country: "Germany"}}},
		{"Herr", "Dr. Arne Lorenzen", []string{"a.lorenzen@hafenblick.example", "lorenzen@mail.example"}, nil},
		{"", "Rechnungseingang", []string{"rechnung@hafenblick.example"}, []stint.Address{
			{Address1: "Postfach 11 04 07", City: "Hamburg", Zip: "20404", Country: "Germany"}}},
	}, []demoContract{
		{name: "Shipment tracking, phase 1", terms: "Time and materials, billed monthly, 30 days net.", currency: "EUR", hour: 95_00, from: 0, to: 12, termDays: 30,
			projects: []demoProject{
				{"Tracking API", "Positions and arrival times for the customers' own systems.", "backend", "JIRA", "TRACK"},
				{"Dispatch board", "The screen in the dispatchers' office.", "frontend", "JIRA", "DISP"}}},
		{name: "Shipment tracking, phase 2", terms: "As phase 1, at the new rate.", currency: "EUR", hour: 102_00, from: 12, termDays: 30,
			projects: []demoProject{
				{"Carrier connections", "Messages of the carriers, from EDIFACT to JSON.", "backend", "JIRA", "CARR"},
				{"Customer portal", "", "frontend", "JIRA", "PORTAL"}}},
		{name: "Operations retainer", terms: "On call in office hours; hours as used.", currency: "EUR", hour: 110_00, from: 3, termDays: 14,
			projects: []demoProject{
				{"Maintenance", "Updates, monitoring and small repairs.", "ops", "JIRA", "OPS"},
				{"Move to the new data centre", "", "ops", "JIRA", "MOVE"}}},
	}},
	{"Brightwater Health, Inc.", "Runs outpatient clinics in Oregon and Washington.", "brightwater", []demoContact{
		{"Ms.", "Danielle Okafor", []string{"danielle.okafor@brightwater.example"}, []stint.Address{
			{Address1: "1120 NW Couch Street", Address2: "Suite 400", City: "Portland", Zip: "97209", Region: "OR", Country: "United States"}}},
		{"Mr.", "Peter Lindqvist", []string{"peter.lindqvist@brightwater.example", "ap@brightwater.example"}, nil},
	}, []demoContract{
		{name: "Patient portal", terms: "Statement of work 7. Net 30.", currency: "USD", hour: 135_00, from: 1, to: 18, termDays: 30, mistaken: true,
			projects: []demoProject{
				{"Appointment booking", "Self-service booking with the clinics' calendars.", "frontend", "JIRA", "BOOK"},
				{"Records viewer", "", "frontend", "JIRA", "REC"},
				{"Identity and access", "Sign-in for patients and staff, with audit.", "backend", "JIRA", "IAM"}}},
		{name: "Analytics platform", terms: "Statement of work 9. Net 30.", currency: "USD", hour: 142_00, from: 14, termDays: 30,
			projects: []demoProject{
				{"Claims pipeline", "Nightly load of claims, with checks.", "data", "JIRA", "CLAIM"},
				{"Reporting", "", "data", "JIRA", "REP"}}},
	}},
	{"Alpenglas AG", "Makes insulating glass to measure.", "alpenglas", []demoContact{
		{"Herr", "Beat Zürcher", []string{"beat.zuercher@alpenglas.example"}, []stint.Address{
			{Address1: "Industriestrasse 18", City: "Zug", Zip: "6300", Region: "Zug", Country: "Switzerland"},
			{Address1: "Werkhof 2", Address2: "Tor 5", City: "Altdorf", Zip: "6460", Region: "Uri", Country: "Switzerland"}}},
		{"Frau", "Céline Favre", []string{"celine.favre@alpenglas.example"}, nil},
	}, []demoContract{
		{name: "Glass configurator", terms: "Nach Aufwand, zahlbar innert 30 Tagen.", currency: "CHF", hour: 155_00, from: 0, termDays: 30,
			projects: []demoProject{
				{"Configurator", "Panes, spacers and coatings, drawn as you choose.", "frontend", "GITHUB", "configurator"},
				{"Price engine", "", "backend", "GITHUB", "prices"},
				{"ERP interface", "Orders into the ERP system, and their state back.", "backend", "GITHUB", "erp-bridge"}}},
	}},
	{"Copperfield & Rowe Ltd", "Insurance brokers for small ships and their cargo.", "copperfield", []demoContact{
		{"Mrs", "Harriet Rowe", []string{"harriet@copperfield-rowe.example"}, []stint.Address{
			{Address1: "The Old Custom House", Address2: "Queen Square", City: "Bristol", Zip: "BS1 4JH", Region: "", Country: "United Kingdom"}}},
	}, []demoContract{
		{name: "Underwriting workbench", terms: "Call-off order 2; 30 days.", currency: "GBP", hour: 98_00, from: 5, termDays: 30,
			projects: []demoProject{
				{"Workbench", "Everything an underwriter needs for a quote, on one page.", "frontend", "JIRA", "UW"},
				{"Document intake", "Reads slips and schedules.", "data", "JIRA", "DOC"}}},
		{name: "Security review", terms: "Fixed scope, billed by the hour; 14 days.", currency: "GBP", hour: 125_00, from: 16, to: 19, termDays: 14,
			projects: []demoProject{{"Review and hardening", "", "security", "JIRA", "SEC"}}},
	}},
	//nolint:gosmopolitan // a client whose name and address are not Latin, as there are
	{"港ロボティクス株式会社 (Minato Robotics K.K.)", "Carrier robots for hospitals and hotels.", "minato", []demoContact{
		{"", "佐藤 美咲 (Misaki Sato)", []string{"m.sato@minato-robotics.example"}, []stint.Address{
			{Address1: "芝浦3丁目9-1", Address2: "芝浦タワー 12F", City: "港区", Zip: "108-0023", Region: "東京都", Country: "Japan"}}},
		{"Mr.", "Kenji Watanabe", []string{"k.watanabe@minato-robotics.example", "keiri@minato-robotics.example"}, nil},
	}, []demoContract{
		{name: "Fleet telemetry", terms: "Monthly, payable by the end of the following month.", currency: "JPY", hour: 14_500, from: 8, termDays: 30,
			projects: []demoProject{
				{"Telemetry ingestion", "Messages of 400 robots, a second apart.", "data", "JIRA", "TELE"},
				{"Fleet dashboard", "", "frontend", "JIRA", "FLEET"},
				{"Update service", "Firmware for robots that are online at night only.", "backend", "JIRA", "OTA"}}},
	}},
}
