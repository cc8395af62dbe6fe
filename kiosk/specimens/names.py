"""Invented names, places and streets in the languages whose alphabets the reader must know, with every letter of each that others lack.

Surnames are the languages' words for "sample" and made-up ones; nobody real is meant.
"""

# ruff: noqa: RUF001  (Greek and Cyrillic capitals look like Latin ones, as they do on documents)

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameStock:
    """Surnames are pairs (woman's form, man's form). `scripts` gives a Latin name in the country's own letters."""

    surnames: tuple[tuple[str, str], ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    places: tuple[str, ...]
    streets: tuple[str, ...]
    address: str = "{street} {number}"
    town: str = "{code} {town}"
    scripts: Mapping[str, str] | None = None

    def surname(self, draw: random.Random, gender: str) -> tuple[str, str]:
        """(Latin letters, own letters or "")."""
        woman, man = draw.choice(self.surnames)
        name = man if gender == "M" else woman
        return name, (self.scripts or {}).get(name, "")

    def given(self, draw: random.Random, gender: str) -> tuple[str, str]:
        names = draw.sample(self.men if gender == "M" else self.women, draw.choice((1, 1, 2)))
        return " ".join(names), " ".join((self.scripts or {}).get(name, "") for name in names).strip()


def _pairs(*names: str) -> tuple[tuple[str, str], ...]:
    """ "A" is the same for both; "A|B" is a woman's and a man's form."""
    return tuple((name.split("|")[0], name.split("|")[-1]) for name in names)


_GREEK = {
    "YPODEIGMA": "ΥΠΟΔΕΙΓΜΑ", "DEIGMATOPOULOU": "ΔΕΙΓΜΑΤΟΠΟΥΛΟΥ", "DEIGMATOPOULOS": "ΔΕΙΓΜΑΤΟΠΟΥΛΟΣ", "THALASSINI": "ΘΑΛΑΣΣΙΝΗ",
    "THALASSINOS": "ΘΑΛΑΣΣΙΝΟΣ", "XENIADI": "ΞΕΝΙΑΔΗ", "XENIADIS": "ΞΕΝΙΑΔΗΣ", "ELENI": "ΕΛΕΝΗ", "MARIA": "ΜΑΡΙΑ", "SOFIA": "ΣΟΦΙΑ",
    "ARGYRO": "ΑΡΓΥΡΩ", "NIKOLAOS": "ΝΙΚΟΛΑΟΣ", "CHARALAMPOS": "ΧΑΡΑΛΑΜΠΟΣ", "PAVLOS": "ΠΑΥΛΟΣ",
}  # fmt: skip
_CYRILLIC = {
    "OBRAZTSOVA": "ОБРАЗЦОВА", "OBRAZTSOV": "ОБРАЗЦОВ", "PRIMEROVA": "ПРИМЕРОВА", "PRIMEROV": "ПРИМЕРОВ", "SHTARKELOVA": "ЩЪРКЕЛОВА",
    "SHTARKELOV": "ЩЪРКЕЛОВ", "YAVOROVSKA": "ЯВОРОВСКА", "YAVOROVSKI": "ЯВОРОВСКИ", "ANNA": "АННА", "TSVETELINA": "ЦВЕТЕЛИНА",
    "YULIYA": "ЮЛИЯ", "ZHIVKA": "ЖИВКА", "STOYAN": "СТОЯН", "GEORGI": "ГЕОРГИ", "LYUBOMIR": "ЛЮБОМИР",
}  # fmt: skip

LANGUAGES: Mapping[str, NameStock] = {
    "en": NameStock(
        _pairs("SAMPLEWORTH", "SAMPLE", "O'SAMPLE", "EXAMPLE-HARBOUR", "MCSAMPLE"),
        ("ANNE", "ROSE-MARIE", "JOY", "PENELOPE"),
        ("JACK", "TIMOTHY", "QUENTIN"),
        ("ZENITH", "NEW HARBOUR", "PORT CLARITY", "EASTVALE"),
        ("HARBOUR STREET", "STATION ROAD", "ORCHARD LANE"),
        "{number} {street}",
        "{town} {code}",
    ),
    "de": NameStock(
        _pairs("MUSTERFRAU|MUSTERMANN", "BEISPIEL-GRÜNHOLZ", "VON DER PROBE", "KÖNIGSMÄRCHEN", "SÜSSHOLZ", "STRAUßENFELD"),
        ("ERIKA", "ÄNNE", "SÖNKE-MARIE", "GRETEL", "JÖRDIS"),
        ("KASPAR", "JÖRG", "HÄNSEL", "GÜNTHER"),
        ("ZENITSTADT", "NEUHAFEN", "MÜHLENBRÜCK", "OSTERTAL"),
        ("HAFENSTRAßE", "AM ÄHRENFELD", "MÜHLENWEG"),
    ),
    "cs": NameStock(
        _pairs(
            "VZOROVÁ|VZOR",
            "UKÁZKOVÁ|UKÁZKA",
            "ŘÍČKOVÁ|ŘÍČEK",
            "ŽLUŤOUČKÁ|ŽLUŤOUČKÝ",
            "ŠTĚPÁNČÍKOVÁ|ŠTĚPÁNČÍK",
            "NOVOTINOVÁ|NOVOTINA",
            "MALINSKÁ|MALINSKÝ",
            "KOLÁROVÁ|KOLÁR",
            "DŮLKOVÁ|DŮLEK",
        ),
        ("BOŽENA", "KATEŘINA", "ŠÁRKA", "ZDEŇKA", "ŽANETA"),
        ("ŘEHOŘ", "VÁCLAV", "ZDENĚK", "LUMÍR"),
        ("ZENITOV", "NOVÝ PŘÍSTAV", "VÝCHODNÍ DŮL", "ŠŤASTNÁ", "KAMENICE", "BYSTRÁ"),
        ("PŘÍSTAVNÍ", "NÁDRAŽNÍ", "K ŘÍČCE"),
    ),
    "sk": NameStock(
        _pairs(
            "VZOROVÁ|VZOR",
            "UKÁŽKOVÁ|UKÁŽKA",
            "ČERVEŇÁKOVÁ|ČERVEŇÁK",
            "ŽRIEDLOVÁ|ŽRIEDLO",
            "ĎURČEKOVÁ|ĎURČEK",
            "VĹČKOVÁ|VĹČEK",
            "MODROVÁ|MODRÝ",
            "JASENSKÁ|JASENSKÝ",
        ),
        ("ĽUBICA", "ZUZANA", "KATARÍNA", "ŽOFIA", "ELEONÓRA"),
        ("ĽUDOVÍT", "ŠTEFAN", "MAROŠ", "TICHOMÍR"),
        ("ZENITOVCE", "NOVÝ PRÍSTAV", "VÝCHODNÁ", "KĽÚČOVEC", "KAMENICA"),
        ("PRÍSTAVNÁ", "STANIČNÁ", "K VŔBE"),
    ),
    "pl": NameStock(
        _pairs(
            "WZOROWA|WZOROWY",
            "PRZYKŁADOWSKA|PRZYKŁADOWSKI",
            "ŹDŹBŁOWSKA|ŹDŹBŁOWSKI",
            "ŻÓŁWIŃSKA|ŻÓŁWIŃSKI",
            "GĘŚ-ŁĄCKA|GĘŚ-ŁĄCKI",
            "MODELSKA|MODELSKI",
            "POMORSKA-WZOREK|POMORSKI-WZOREK",
        ),
        ("BOŻENA", "ŁUCJA", "MAŁGORZATA", "JÓZEFINA", "ANIELA"),
        ("MIŁOSZ", "BŁAŻEJ", "ŚCIBOR", "JĘDRZEJ"),
        ("ZENITÓW", "NOWA PRZYSTAŃ", "ŚWIETLISKO", "WSCHODŹ", "KAMIENNA", "PORTOWO"),
        ("PORTOWA", "ŹRÓDLANA", "UL. ŻWIROWA"),
    ),
    "hu": NameStock(
        _pairs("MINTA", "PÉLDÁS", "SZŰCSVÖLGYI", "ŐSZIBARACK", "HŰVÖSKÚTI"),
        ("ÁGNES", "ERZSÉBET", "SZŐKE", "TÜNDE", "ÉVA"),
        ("ÖDÖN", "GYŐZŐ", "JÓZSEF"),
        ("ZENITVÁR", "ÚJKIKÖTŐ", "KELETVÖLGY"),
        ("KIKÖTŐ UTCA", "ŐRSÉG TÉR"),
    ),
    "ro": NameStock(
        _pairs("MOSTRARU", "EXEMPLARU", "ȘTEFĂNIȚĂ", "ÎNSORIȚEANU", "MODELÂNESCU", "ȚARINĂ-POPA", "EXEMPLARIU", "MODELEANU", "PROBESCU"),
        ("ANA", "IOANA-MĂDĂLINA", "ȘTEFANIA", "ILEANA", "BRÂNDUȘA"),
        ("IONUȚ", "ȘERBAN", "MIHĂIȚĂ"),
        ("ZENITEȘTI", "PORTUL NOU", "VALEA RĂSĂRIT", "CÂMPU LIN", "POIANA MARE", "BAIA NOUA"),
        ("STR. PORTULUI", "STR. GĂRII", "BD. ÎNVĂȚĂTORILOR"),
        "{street} NR. {number}",
        "{town}",
    ),
    "fr": NameStock(
        _pairs("MODÈLE", "ÉCHANTILLON", "D'ESSAI", "L'EXEMPLE-BEAUPRÉ", "GARÇONNET", "NOËLLAC", "CŒURVILLE"),
        ("ANNE-SOPHIE", "ZOÉ", "FRANÇOISE", "HÉLOÏSE", "GWENAËLLE", "INÈS"),
        ("JÉRÔME", "FRANÇOIS-XAVIER", "GAËL", "BENOÎT"),
        ("ZÉNITH-SUR-MER", "PORT-NEUF", "VALLÉE-DE-L'EST", "CLAIRVAL"),
        ("RUE DU PORT", "ALLÉE DES CHÊNES", "PLACE DE L'ÉTOILE"),
        "{number} {street}",
    ),
    "es": NameStock(
        _pairs("MUESTRA EJEMPLO", "ESPAÑUELA ÁLAMO", "DELPUERTO NUEVALUZ", "NÚÑEZ-MODELO GARCÉS", "PIÑÓN CIGÜEÑAL", "IBÁÑEZ-CORUÑA DÍEZ"),
        ("CARMEN", "BEGOÑA", "MARÍA JOSÉ", "ITZÍAR", "SOLEDAD"),
        ("ÍÑIGO", "JOSÉ LUIS", "ÁLVARO"),
        ("CÉNIT", "PUERTO NUEVO", "VALLE DEL ESTE", "PEÑACLARA"),
        ("C. DEL PUERTO", "AVDA. DE LA ESTACIÓN", "PLAZA DEL ÑANDÚ"),
    ),
    "pt": NameStock(
        _pairs("EXEMPLO", "AMOSTRA DA CONCEIÇÃO", "GUIMARÃES-MODELO", "LÂMPADA"),
        ("CONCEIÇÃO", "INÊS", "ASSUNÇÃO"),
        ("JOÃO", "CRISTÓVÃO", "ESTÊVÃO"),
        ("ZÊNITE", "PORTO NOVO", "LEÇA DO LESTE"),
        ("RUA DO PORTO", "AVENIDA DA ESTAÇÃO"),
    ),
    "it": NameStock(
        _pairs("ESEMPIO", "CAMPIONE", "D'ESEMPIO", "DELLA PROVA", "LIBERTÀ"),
        ("CHIARA", "NICCOLETTA", "BEATRICE"),
        ("NICCOLÒ", "GIOSUÈ", "TADDEO"),
        ("ZENIT", "PORTO NUOVO", "VALLE D'ORIENTE"),
        ("VIA DEL PORTO", "VIALE DELLA STAZIONE"),
    ),
    "nl": NameStock(
        _pairs("VOORBEELD", "DE STEEKPROEF", "VAN DER MODEL", "IJZERMAN-STAAL", "'T MONSTERBEELD", "COËLHOVEN"),
        ("WILLEKE", "LISELOTTE", "FENNEKE", "ZOË", "ANNA-CATHARINA"),
        ("JORIS", "SJOERD", "DIEDERIK"),
        ("ZENITDAM", "NIEUWHAVEN", "OOSTDAL", "KLAARWIJK"),
        ("HAVENSTRAAT", "STATIONSPLEIN", "DE WIJDE BLIK"),
    ),
    "hr": NameStock(
        _pairs("UZORAK", "PRIMJERIĆ", "ĐURĐEVČIĆ", "ŽUPANOŠIĆ"),
        ("ĐURĐICA", "ŽELJKA", "VIŠNJA"),
        ("ŠIMUN", "ĐURO", "ŽARKO"),
        ("ZENITOVAC", "NOVA LUKA"),
        ("LUČKA", "ŽELJEZNIČKA"),
    ),
    "tr": NameStock(
        _pairs("ÖRNEK", "GÜNIŞIĞI", "ÇIĞLIKÖY", "ŞEHİRLİ", "NUMUNE", "KARATAN"),
        ("IŞIL", "GÜLŞEN", "ÇİĞDEM"),
        ("OĞUZ", "ŞÜKRÜ", "İLKER"),
        ("ZİRVE", "YENİLİMAN", "DORUK", "LARANDA"),
        ("LİMAN CADDESİ", "ÇINAR SOKAĞI"),
    ),
    "lt": NameStock(
        _pairs("PAVYZDYTĖ|PAVYZDYS", "ŠVIESAITĖ|ŠVIESAITIS", "ŽYDRŪNAITĖ|ŽYDRŪNAS", "ĄŽUOLYTĖ|ĄŽUOLAS", "ČIRVŲTĖ|ČIRVYS"),
        ("ŽIVILĖ", "EGLĖ", "ŪLA"),
        ("MOTIEJUS", "ŠARŪNAS", "ĮGIMĖLIS"),
        ("ZENITAI", "NAUJASIS UOSTAS"),
        ("UOSTO G.", "ŠAKŲ G."),
    ),
    "lv": NameStock(
        _pairs("PARAUGA|PARAUGS", "BĒRZIŅKALNE|BĒRZIŅKALNS", "ĶIRŠKALNE|ĶIRŠKALNS", "ĢĒRMANE|ĢĒRMANIS"),
        ("ILZE", "ĻUBA", "ANŅA"),
        ("JĀNIS", "ĢIRTS", "ĒVALDS"),
        ("ZENĪTS", "JAUNOSTA"),
        ("OSTAS IELA", "ŠĶŪŅU IELA"),
    ),
    "et": NameStock(
        _pairs("NÄIDIS", "MÄEKÕRV", "ÕUNAPUU", "ŠAMPLER"),
        ("ÜLLE", "TÕNIA", "ÄLI"),
        ("JÜRI", "TÕNU"),
        ("SEENIIDI", "UUSSADAMA"),
        ("SADAMA TÄNAV", "ÕIE TÄNAV"),
    ),
    "sv": NameStock(
        _pairs("EXEMPELSSON", "ÅKERÄNG", "PROVSTRÖM", "NYHAMN"),
        ("ÅSA", "MÄRTA", "BIRGITTA"),
        ("GÖRAN", "ÅKE", "SÖREN"),
        ("ZENITSTAD", "NYHAMN", "ÖSTERDAL"),
        ("HAMNGATAN", "ÅVÄGEN"),
    ),
    "da": NameStock(
        _pairs("EKSEMPEL", "PRØVESEN", "ÆBLEGÅRD", "ØSTERVANG"),
        ("SØLVI", "KÅRIANNE", "ÆVA"),
        ("SØREN", "ÅGE", "LÆRKE-IB"),
        ("ZENITHAVN", "NYHØJ"),
        ("HAVNEGADE", "ÆRØVEJ"),
    ),
    "fi": NameStock(
        _pairs("MALLIKAS", "ESIMERKKILÄ", "YÖSTÄLÄ"),
        ("ÄIJÄ-ANNA", "TYTTI", "PÄIVIKKI"),
        ("YRJÖ", "VÄINÄMÖ"),
        ("ZENIITTI", "UUSISATAMA"),
        ("SATAMAKATU", "ÄYRITIE"),
    ),
    "is": NameStock(
        _pairs("SÝNISDÓTTIR|SÝNISSON", "ÞORNDAL", "ÐARNÆS"),
        ("ÞÓRDÍS", "ÆSA", "SIGRÍÐUR"),
        ("ÞÓRÐUR", "ÖGMUNDUR"),
        ("HÁPUNKTUR", "NÝHÖFN"),
        ("HAFNARGATA", "ÞINGVEGUR"),
    ),
    "el": NameStock(
        _pairs("YPODEIGMA", "DEIGMATOPOULOU|DEIGMATOPOULOS", "THALASSINI|THALASSINOS", "XENIADI|XENIADIS"),
        ("ELENI", "MARIA", "SOFIA", "ARGYRO"),
        ("NIKOLAOS", "CHARALAMPOS", "PAVLOS"),
        ("ZENITH", "NEO LIMANI"),
        ("ODOS LIMANIOU",),
        scripts=_GREEK,
    ),
    "bg": NameStock(
        _pairs("OBRAZTSOVA|OBRAZTSOV", "PRIMEROVA|PRIMEROV", "SHTARKELOVA|SHTARKELOV", "YAVOROVSKA|YAVOROVSKI"),
        ("ANNA", "TSVETELINA", "YULIYA", "ZHIVKA"),
        ("STOYAN", "GEORGI", "LYUBOMIR"),
        ("ZENIT", "YASEN BRYAG"),
        ("UL. PRISTANISHTNA",),
        scripts=_CYRILLIC,
    ),
}
"""ISO 639-1 code -> its names."""
