package stint

// currencies is ISO 4217: every code of its lists one (active and funds codes)
// and three (historic), as published in 2025, with the decimals of its minor
// unit, "-" where the standard says N.A. List three gives no decimals: they are
// those of the code's last days in list one, 0 for the like of the lira, peseta
// and Belgian franc, 3 for the dinar of 1000 fils, otherwise 2. Sorted, five
// characters an entry.
const currencies = "" +
	"ADP0 AED2 AFA2 AFN2 ALK2 ALL2 AMD2 ANG2 AOA2 AOK2 AON2 AOR2 ARA2 ARP2 ARS2 ARY2 ATS2 AUD2 AWG2 AYM2 " +
	"AZM2 AZN2 " +
	"BAD2 BAM2 BBD2 BDT2 BEC0 BEF0 BEL0 BGJ2 BGK2 BGL2 BGN2 BHD3 BIF0 BMD2 BND2 BOB2 BOP2 BOV2 BRB2 BRC2 " +
	"BRE2 BRL2 BRN2 BRR2 BSD2 BTN2 BUK2 BWP2 BYB0 BYN2 BYR0 BZD2 " +
	"CAD2 CDF2 CHC2 CHE2 CHF2 CHW2 CLF4 CLP0 CNY2 COP2 COU2 CRC2 CSD2 CSJ2 CSK2 CUC2 CUP2 CVE2 CYP2 CZK2 " +
	"DDM2 DEM2 DJF0 DKK2 DOP2 DZD2 " +
	"ECS2 ECV2 EEK2 EGP2 ERN2 ESA0 ESB0 ESP0 ETB2 EUR2 " +
	"FIM2 FJD2 FKP2 FRF2 " +
	"GBP2 GEK2 GEL2 GHC2 GHP2 GHS2 GIP2 GMD2 GNE2 GNF0 GNS2 GQE2 GRD0 GTQ2 GWE2 GWP2 GYD2 " +
	"HKD2 HNL2 HRD2 HRK2 HTG2 HUF2 " +
	"IDR2 IEP2 ILP2 ILR2 ILS2 INR2 IQD3 IRR2 ISJ2 ISK0 ITL0 " +
	"JMD2 JOD3 JPY0 " +
	"KES2 KGS2 KHR2 KMF0 KPW2 KRW0 KWD3 KYD2 KZT2 " +
	"LAJ2 LAK2 LBP2 LKR2 LRD2 LSL2 LSM2 LTL2 LTT2 LUC0 LUF0 LUL0 LVL2 LVR2 LYD3 " +
	"MAD2 MDL2 MGA2 MGF0 MKD2 MLF0 MMK2 MNT2 MOP2 MRO2 MRU2 MTL2 MTP2 MUR2 MVQ2 MVR2 MWK2 MXN2 MXP2 MXV2 " +
	"MYR2 MZE2 MZM2 MZN2 " +
	"NAD2 NGN2 NIC2 NIO2 NLG2 NOK2 NPR2 NZD2 " +
	"OMR3 " +
	"PAB2 PEH2 PEI2 PEN2 PES2 PGK2 PHP2 PKR2 PLN2 PLZ2 PTE0 PYG0 " +
	"QAR2 " +
	"RHD2 ROK2 ROL0 RON2 RSD2 RUB2 RUR2 RWF0 " +
	"SAR2 SBD2 SCR2 SDD2 SDG2 SDP2 SEK2 SGD2 SHP2 SIT2 SKK2 SLE2 SLL2 SOS2 SRD2 SRG2 SSP2 STD2 STN2 SUR2 " +
	"SVC2 SYP2 SZL2 " +
	"THB2 TJR2 TJS2 TMM2 TMT2 TND3 TOP2 TPE0 TRL0 TRY2 TTD2 TWD2 TZS2 " +
	"UAH2 UAK2 UGS2 UGW2 UGX0 USD2 USN2 USS2 UYI0 UYN2 UYP2 UYU2 UYW4 UZS2 " +
	"VEB2 VED2 VEF2 VES2 VNC2 VND0 VUV0 " +
	"WST2 " +
	"XAD2 XAF0 XAG- XAU- XBA- XBB- XBC- XBD- XCD2 XCG2 XDR- XEU2 XFO- XFU- XOF0 XPD- XPF0 XPT- XRE- XSU- " +
	"XTS- XUA- XXX- " +
	"YDD3 YER2 YUD2 YUM2 YUN2 " +
	"ZAL2 ZAR2 ZMK2 ZMW2 ZRN2 ZRZ2 ZWC2 ZWD2 ZWG2 ZWL2 ZWN2 ZWR2 "

// CurrencyDecimals gives the number of decimals of a currency's minor unit
// (EUR 2, JPY 0, KWD 3), 0 for codes that have none, such as XAU and XXX. It is
// not ok when code is not an active or historic code of ISO 4217 in upper case.
// The decimals of CLDR differ (RSD): they are those of daily use.
func CurrencyDecimals(code string) (decimals int, ok bool) {
	if len(code) != 3 {
		return 0, false
	}
	low, high := 0, len(currencies)/5
	for low < high {
		middle := (low + high) / 2
		switch entry := currencies[5*middle:]; {
		case entry[:3] < code:
			low = middle + 1
		case entry[:3] > code:
			high = middle
		case entry[3] == '-':
			return 0, true
		default:
			return int(entry[3] - '0'), true
		}
	}
	return 0, false
}
