"""Codes of states and organisations as documents carry them: ISO 3166-1 alpha-3 and the additions of ICAO 9303-3 section 5.

XAA, XCT and XKX are not in 9303 but were seen on documents. Names are short English ones for operators and logs; screens translate by
code. Codes that old or specimen documents carry (XXC, ROM, ANT, SCG …) are known too, because a kiosk meets such documents.
"""

from __future__ import annotations

from collections.abc import Mapping

_ISO = """
ABW Aruba|AFG Afghanistan|AGO Angola|AIA Anguilla|ALA Aland Islands|ALB Albania|AND Andorra|ARE United Arab Emirates|ARG Argentina|
ARM Armenia|ASM American Samoa|ATA Antarctica|ATF French Southern Territories|ATG Antigua and Barbuda|AUS Australia|AUT Austria|
AZE Azerbaijan|BDI Burundi|BEL Belgium|BEN Benin|BES Bonaire, Sint Eustatius and Saba|BFA Burkina Faso|BGD Bangladesh|BGR Bulgaria|
BHR Bahrain|BHS Bahamas|BIH Bosnia and Herzegovina|BLM Saint Barthelemy|BLR Belarus|BLZ Belize|BMU Bermuda|BOL Bolivia|BRA Brazil|
BRB Barbados|BRN Brunei Darussalam|BTN Bhutan|BVT Bouvet Island|BWA Botswana|CAF Central African Republic|CAN Canada|
CCK Cocos (Keeling) Islands|CHE Switzerland|CHL Chile|CHN China|CIV Cote d'Ivoire|CMR Cameroon|COD Congo (Democratic Republic)|
COG Congo|COK Cook Islands|COL Colombia|COM Comoros|CPV Cabo Verde|CRI Costa Rica|CUB Cuba|CUW Curacao|CXR Christmas Island|
CYM Cayman Islands|CYP Cyprus|CZE Czechia|DEU Germany|DJI Djibouti|DMA Dominica|DNK Denmark|DOM Dominican Republic|DZA Algeria|
ECU Ecuador|EGY Egypt|ERI Eritrea|ESH Western Sahara|ESP Spain|EST Estonia|ETH Ethiopia|FIN Finland|FJI Fiji|FLK Falkland Islands|
FRA France|FRO Faroe Islands|FSM Micronesia|GAB Gabon|GBR United Kingdom|GEO Georgia|GGY Guernsey|GHA Ghana|GIB Gibraltar|GIN Guinea|
GLP Guadeloupe|GMB Gambia|GNB Guinea-Bissau|GNQ Equatorial Guinea|GRC Greece|GRD Grenada|GRL Greenland|GTM Guatemala|
GUF French Guiana|GUM Guam|GUY Guyana|HKG Hong Kong|HMD Heard and McDonald Islands|HND Honduras|HRV Croatia|HTI Haiti|HUN Hungary|
IDN Indonesia|IMN Isle of Man|IND India|IOT British Indian Ocean Territory|IRL Ireland|IRN Iran|IRQ Iraq|ISL Iceland|ISR Israel|
ITA Italy|JAM Jamaica|JEY Jersey|JOR Jordan|JPN Japan|KAZ Kazakhstan|KEN Kenya|KGZ Kyrgyzstan|KHM Cambodia|KIR Kiribati|
KNA Saint Kitts and Nevis|KOR Korea (Republic)|KWT Kuwait|LAO Laos|LBN Lebanon|LBR Liberia|LBY Libya|LCA Saint Lucia|
LIE Liechtenstein|LKA Sri Lanka|LSO Lesotho|LTU Lithuania|LUX Luxembourg|LVA Latvia|MAC Macao|MAF Saint Martin|MAR Morocco|MCO Monaco|
MDA Moldova|MDG Madagascar|MDV Maldives|MEX Mexico|MHL Marshall Islands|MKD North Macedonia|MLI Mali|MLT Malta|MMR Myanmar|
MNE Montenegro|MNG Mongolia|MNP Northern Mariana Islands|MOZ Mozambique|MRT Mauritania|MSR Montserrat|MTQ Martinique|MUS Mauritius|
MWI Malawi|MYS Malaysia|MYT Mayotte|NAM Namibia|NCL New Caledonia|NER Niger|NFK Norfolk Island|NGA Nigeria|NIC Nicaragua|NIU Niue|
NLD Netherlands|NOR Norway|NPL Nepal|NRU Nauru|NZL New Zealand|OMN Oman|PAK Pakistan|PAN Panama|PCN Pitcairn|PER Peru|PHL Philippines|
PLW Palau|PNG Papua New Guinea|POL Poland|PRI Puerto Rico|PRK Korea (DPR)|PRT Portugal|PRY Paraguay|PSE Palestine|
PYF French Polynesia|QAT Qatar|REU Reunion|ROU Romania|RUS Russian Federation|RWA Rwanda|SAU Saudi Arabia|SDN Sudan|SEN Senegal|
SGP Singapore|SGS South Georgia|SHN Saint Helena|SJM Svalbard and Jan Mayen|SLB Solomon Islands|SLE Sierra Leone|SLV El Salvador|
SMR San Marino|SOM Somalia|SPM Saint Pierre and Miquelon|SRB Serbia|SSD South Sudan|STP Sao Tome and Principe|SUR Suriname|SVK Slovakia|
SVN Slovenia|SWE Sweden|SWZ Eswatini|SXM Sint Maarten|SYC Seychelles|SYR Syria|TCA Turks and Caicos Islands|TCD Chad|TGO Togo|
THA Thailand|TJK Tajikistan|TKL Tokelau|TKM Turkmenistan|TLS Timor-Leste|TON Tonga|TTO Trinidad and Tobago|TUN Tunisia|TUR Turkiye|
TUV Tuvalu|TWN Taiwan|TZA Tanzania|UGA Uganda|UKR Ukraine|UMI US Minor Outlying Islands|URY Uruguay|USA United States|UZB Uzbekistan|
VAT Holy See|VCT Saint Vincent and the Grenadines|VEN Venezuela|VGB Virgin Islands (British)|VIR Virgin Islands (US)|VNM Viet Nam|
VUT Vanuatu|WLF Wallis and Futuna|WSM Samoa|YEM Yemen|ZAF South Africa|ZMB Zambia|ZWE Zimbabwe
"""

_ICAO = """
D Germany|EUE European Union|GBD British Overseas Territories citizen|GBN British National (Overseas)|GBO British Overseas citizen|
GBP British protected person|GBS British subject|UNA United Nations specialised agency|UNK UN Interim Administration in Kosovo|
UNO United Nations|XAA Andean Community|XBA African Development Bank|XCC Caribbean Community|XCE Council of Europe|
XCO Common Market for Eastern and Southern Africa|XCT Northern Cyprus|XDC Southern African Development Community|
XEC Economic Community of West African States|XES Organization of Eastern Caribbean States|XIM African Export-Import Bank|
XMP Parliamentary Assembly of the Mediterranean|XOM Sovereign Military Order of Malta|XPO Interpol|XXA Stateless person|
XXB Refugee (1951 Convention)|XXC Refugee (other)|XXX Unspecified nationality|RKS Kosovo|XKX Kosovo|IAO ICAO|UTO Utopia (specimens)
"""

_FORMER = """
ANT Netherlands Antilles|BUR Burma|CSK Czechoslovakia|DDR GDR|NTZ Neutral Zone|ROM Romania|SCG Serbia and Montenegro|SUN USSR|
TMP East Timor|YUG Yugoslavia|ZAR Zaire
"""


def _table(text: str) -> dict[str, str]:
    entries = (entry.strip().partition(" ") for entry in text.replace("\n", "").split("|"))
    return {code: name for code, _, name in entries if code}


COUNTRIES: Mapping[str, str] = _table(_ISO) | _table(_ICAO) | _table(_FORMER)
"""Code -> short English name."""


def is_known(code: str) -> bool:
    """Is it a code that a document may carry? `code` without fillers, as printed ("D", "UTO", "SVK")."""
    return code in COUNTRIES


def alpha3(code: str) -> str:
    """The ISO 3166-1 alpha-3 code behind a printed one where they differ (D is DEU, GBD … are GBR); others come back unchanged."""
    if code == "D":
        return "DEU"
    if code in ("GBD", "GBN", "GBO", "GBP", "GBS"):
        return "GBR"
    return {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "BUR": "MMR", "XKX": "RKS"}.get(code, code)


def same_state(one: str, other: str) -> bool:
    """Do two codes name the same state (D and DEU do)?"""
    return bool(one) and alpha3(one) == alpha3(other)
