"""The words of invented bills, by language, and how their dates and amounts are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BillWords:
    """`street_line`, `sentence`: templates. `day_form`, `letter_form`: of a date. `town_last`: the postcode stands before the town."""

    currency: str
    amount_form: str
    thousands: str
    point: str
    day_form: str
    letter_form: str
    months: tuple[str, ...]
    street_line: str
    country: str
    bill: str
    number: str
    issued: str
    due: str
    supplier: str
    customer: str
    holder: str
    address: str
    what: str
    amount: str
    items: tuple[str, str]
    total: str
    statement: str
    statement_date: str
    opening: str
    balance: str
    confirmation: str
    sentence: str
    contact: str
    town_last: bool = True


LANGUAGES = ("en", "sk", "de", "es", "pl")

WORDS: Mapping[str, BillWords] = {
    "en": BillWords(
        "GBP", "£{n}", ",", ".", "{d} {month} {y}", "{d} {month} {y}",
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
        "{number} {street}", "United Kingdom", "Electricity bill", "Bill number", "Bill date", "Please pay by", "Supplier", "Customer",
        "Account holder", "Address", "Description", "Amount", ("Day units", "Standing charge"), "Total due", "Account statement",
        "Statement date", "Opening balance", "Closing balance", "Confirmation",
        "We confirm that {name}, of {street}, {town}, holds an account with us and has done so for more than a year.",
        "Tel. 020 7946 0018", town_last=False,
    ),
    "sk": BillWords(
        "EUR", "{n} €", " ", ",", "{dd}.{mm}.{y}", "{d}. {month} {y}",
        ("januára", "februára", "marca", "apríla", "mája", "júna", "júla", "augusta", "septembra", "októbra", "novembra", "decembra"),
        "{street} {number}", "Slovenská republika", "Faktúra za elektrinu", "Číslo faktúry", "Dátum vystavenia", "Dátum splatnosti",
        "Dodávateľ", "Odberateľ", "Meno a priezvisko", "Adresa", "Popis", "Suma", ("Dodávka elektriny", "Stály poplatok"), "Suma na úhradu",
        "Výpis z účtu", "Dátum výpisu", "Počiatočný zostatok", "Konečný zostatok", "Potvrdenie",
        "Potvrdzujeme, že {name}, bytom {street}, {town}, má u nás vedený účet dlhšie ako jeden rok.", "tel. 02 5555 0199",
    ),
    "de": BillWords(
        "EUR", "{n} €", ".", ",", "{dd}.{mm}.{y}", "{d}. {month} {y}",
        ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
        "{street} {number}", "Deutschland", "Stromrechnung", "Rechnungsnummer", "Rechnungsdatum", "Fällig am", "Lieferant", "Kunde",
        "Kontoinhaber", "Anschrift", "Beschreibung", "Betrag", ("Arbeitspreis", "Grundpreis"), "Rechnungsbetrag", "Kontoauszug",
        "Auszugsdatum", "Anfangssaldo", "Endsaldo", "Bestätigung",
        "Wir bestätigen, dass {name}, wohnhaft {street}, {town}, seit mehr als einem Jahr ein Konto bei uns führt.",
        "Telefon 030 23125 0199",
    ),
    "es": BillWords(
        "EUR", "{n} €", ".", ",", "{dd}/{mm}/{y}", "{d} de {month} de {y}",
        ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        "{street}, {number}", "España", "Factura de electricidad", "Número de factura", "Fecha de emisión", "Fecha de vencimiento",
        "Proveedor", "Cliente", "Titular", "Dirección", "Concepto", "Importe", ("Energía consumida", "Término fijo"), "Total a pagar",
        "Extracto de cuenta", "Fecha del extracto", "Saldo anterior", "Saldo final", "Certificado",
        "Certificamos que {name}, con domicilio en {street}, {town}, mantiene una cuenta con nosotros desde hace más de un año.",
        "Tel. 900 55 01 99",
    ),
    "pl": BillWords(
        "PLN", "{n} zł", " ", ",", "{dd}.{mm}.{y}", "{d} {month} {y}",
        ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
         "listopada", "grudnia"),
        "{street} {number}", "Polska", "Faktura za energię", "Numer faktury", "Data wystawienia", "Termin płatności", "Sprzedawca",
        "Nabywca", "Imię i nazwisko", "Adres", "Opis", "Kwota", ("Energia czynna", "Opłata stała"), "Do zapłaty", "Wyciąg z rachunku",
        "Data wyciągu", "Saldo początkowe", "Saldo końcowe", "Zaświadczenie",
        "Zaświadczamy, że {name}, zam. {street}, {town}, posiada u nas rachunek od ponad roku.", "tel. 22 555 01 99",
    ),
}  # fmt: skip

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "en": ("Mrs Emily Carter", "Oliver Hughes", "Mr Thomas Ellwood", "Grace O'Neill"),
    "sk": ("Jana Vzorová", "Ing. Peter Ukážka", "Zuzana Ľuptáková", "Štefan Kováč"),
    "de": ("Frau Anna Mustermann", "Jürgen Größler", "Käthe Weiß", "Lukas Schönfeld"),
    "es": ("Lucía Muestra Peña", "Iñigo Ejemplo Núñez", "Carmen Ibáñez Soto", "Javier Molina"),
    "pl": ("Katarzyna Wzór", "Łukasz Przykładowy", "Małgorzata Źródlak", "Paweł Śliwa"),
}
PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (("Harbour Street", "Newbridge NB4 7QT"), ("Orchard Lane", "Eastvale EV12 3DX"), ("Station Road", "Clarford CF2 9LJ")),
    "sk": (("Vzorová", "811 01 Bratislava"), ("Ľaliová ul.", "040 11 Košice"), ("Námestie slobody", "974 01 Banská Bystrica")),
    "de": (("Musterstraße", "10115 Berlin"), ("Gärtnerweg", "80331 München"), ("Am Alten Markt", "50667 Köln")),
    "es": (("Calle del Ejemplo", "28014 Madrid"), ("Avda. de la Peña", "46002 Valencia"), ("Plaza Mayor", "50003 Zaragoza")),
    "pl": (("ul. Przykładowa", "00-238 Warszawa"), ("ul. Długa", "31-147 Kraków"), ("al. Wzorcowa", "80-831 Gdańsk")),
}
ISSUERS: Mapping[str, tuple[str, ...]] = {
    "en": ("Clearwater Energy Ltd", "Northmere Bank plc"),
    "sk": ("Vzorová energetika, a.s.", "Ukážková banka, a.s."),
    "de": ("Stadtwerke Musterstadt GmbH", "Beispielbank AG"),
    "es": ("Energía Ejemplo, S.A.", "Banco Muestra, S.A."),
    "pl": ("Energia Wzór Sp. z o.o.", "Bank Przykładowy S.A."),
}


def printed_day(iso: str, words: BillWords, *, letter: bool = False) -> str:
    """In the form of the language, for a table or for a letter."""
    year, month, day = iso.split("-")
    form = words.letter_form if letter else words.day_form
    return form.format(d=int(day), dd=day, mm=month, month=words.months[int(month) - 1], y=year)


def money(cents: int, words: BillWords) -> str:
    """With thousands apart, two decimals and the currency, as the language prints it."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    number = f"{whole:,}".replace(",", words.thousands) + f"{words.point}{rest:02}"
    return words.amount_form.format(n=sign + number)
