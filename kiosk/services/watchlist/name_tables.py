"""Words that names are made comparable with: our own small tables, folded spellings on the left of nothing but themselves."""

from __future__ import annotations

from collections.abc import Mapping

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend father fr sister hon honourable excellency his her "
    "haji hajji hadji haj alhaji sheikh shaykh shaikh cheikh sheik sayyid sayed syed seyed mullah mulla maulavi mawlawi maulana "
    "ustad imam ayatollah general gen colonel col lieutenant lt major maj captain capt brigadier commander sergeant sgt president "
    "minister senator ing mgr mudr judr phdr rndr bc dipl mag phd mba jr sr junior senior ii iii iv esq herr frau pan pani "
    "monsieur madame mme senor senora don dona signor signora".split()
)
"""Left out where at least two other words are left."""

PARTICLES = frozenset(
    "al el ul ar as at ad an az ash adh bin ibn ben bint binti binte ould wuld von van der den de del della di da dos das du des la le "
    "los las y e i zu zum zur af av ter ten op vom und und".split()
)
"""Left out where at least two other words are left."""

JOINED_TO_NEXT = frozenset("abd abdul abdel abdal abdol abdu abou abu umm mac mc".split())
"""Make one word with the next that is no particle: Abd al-Rahman, Abdul Rahman and Abdurrahman are one name."""

COMPANY_FORMS = frozenset(
    "ltd limited llc llp plc inc incorporated corp corporation co company gmbh ag kg ohg ug sa sas sarl srl spa bv nv ab as asa aps oy "
    "sro spol zoo ooo oao zao pao ao jsc pjsc ojsc cjsc fzc fze fzco pte pty bhd sdn kft zrt doo dd ad ead eood lda ltda group holding "
    "holdings the and".split()
)

PATRONYMIC_ENDINGS = (
    "ovich",
    "evich",
    "ovych",
    "evych",
    "ovitch",
    "evitch",
    "ovna",
    "evna",
    "ivna",
    "ichna",
    "inichna",
    "oglu",
    "ogly",
    "qizi",
)

_GROUPS = """
mohammed muhammad mohamed mohammad muhammed mohamad mohamed mahomed mehmed mehmet mhd mohd muhamad mukhammad magomed mamadou
ahmed ahmad akhmed akhmad ahmet achmad
ali aly aliy
hassan hasan khasan hasen hassen
hussein husayn hussain husain hossein hussayn khusein hoessein husein
ibrahim ebrahim ibragim avraham abraham
yusuf yousef yusef youssef yousuf yosef joseph josef jozef giuseppe jose iosif osip joe
mustafa moustafa mostafa mustapha
omar umar omer oumar
osama usama oussama
khalid khaled halid
abdullah abdallah abdulla abdalla abdoullah
ismail ismael esmail
sulayman suleiman soliman sulaiman suleyman solomon
yahya yehya jahja
isa issa eissa
musa moussa mousa moses moshe
jamal gamal djamal
jafar jaafar gafar djafar
qasim kasim qassem kassem qasem
said saeed sayeed saed
mahmud mahmoud mahmood
fatima fatimah fatma fatemeh
aisha aysha ayesha aicha
alexander aleksandr aleksander alexandr oleksandr alexandros alejandro alessandro alexandre aliaksandr sasha sascha alex sandor alec
alexandra aleksandra oleksandra alessandra alejandra
alexei aleksei alexey aleksey oleksii oleksiy alyosha
andrew andrei andrey andrej andrzej andreas andre andriy andrii ondrej andres andy drew
anthony antonio anton antonin antoine antoni tony
basil vasily vasiliy vasili vasyl vasil vasile
benjamin ben benny
catherine katherine katarina katarzyna ekaterina yekaterina kateryna catalina caterina kathryn kate katya katie
charles carlos carlo karl karel karol charlie
christopher kristof krzysztof cristobal chris
christian kristian cristian
daniel danil daniil danylo danny dan
david dawid davyd daoud dawud dave
demetrius dmitri dmitry dmitriy dimitri dmytro dimitrios dima
edward eduard eduardo edvard ed ted eddie
elena helena yelena olena helen ellen ilona
elizabeth elisabeth yelizaveta elizaveta elzbieta isabel alzbeta liz beth lisa betty
eugene evgeny evgeni yevgeny yevgeni evgeniy yevgeniy eugen eugenio yevhen evgenii zhenya
francis francisco francesco franz frantisek franciszek francois ferenc frank
frederick friedrich federico frederic fred
gabriel gavriil jibril jabril
george georgi georgy georgiy jorge jiri georg jerzy juraj giorgio gheorghe yuri yury yuriy heorhiy iurii yurii
gregory grigory grigori grigoriy hryhoriy gregor grzegorz greg
henry henrik heinrich henri enrique jindrich henryk harry
igor ihor
ilya ilia illia elias ilyas
jacob jakub yakov jakob yaakov yaqub yakub jacobo
james jaime jim jimmy
john ivan jan johann johannes juan giovanni jean joao ioan janos johan jack ian sean yahia vanya ioannis hans
julia yulia yuliya iuliia juliya
konstantin konstantinos constantine kostya
lawrence laurence lorenzo laurent larry
leo lev leon leonid
louis luis ludwig luigi ludvik lajos
luke lukas lucas luka lukasz luca
margaret margarita margareta malgorzata marketa peggy maggie
mark marek marco marcos marc markus
mary maria mariya marie marija miriam maryam mariam masha
matthew matej mateusz matthias mateo matteo matthieu matvei matt
maxim maksim maksym max
michael mikhail michal miguel mihail mykhailo michel michele mihai mikael misha mike mick
natalia nataliya natalya natasha
nicholas nikolai nikolay nikolaos mikulas mikolaj nicolas mykola nicola nick kolya
olga olha
oleg oleh
paul pavel pablo paolo pawel pavlo paulo pal pasha
peter petr pyotr piotr pedro pietro petro pierre petar petros pete
philip filip felipe philippe phil
richard ricardo riccardo ryszard rick dick rich
robert roberto rob bob bobby
samuel sam sami
sergey sergei serge sergio serhiy serhii sergiy sergii seryozha siarhei
simon semyon shimon simeon szymon
sophia sofia zofia sofiya
stephen steven stefan esteban etienne stepan stjepan istvan steve
susan zuzana susanna zuzanna susana
tatiana tatyana tetiana tanya
thomas tomas tomasz tommaso tom tommy
timothy timofei timofey tim
theodore fyodor fedor teodor fedir feodor
victor viktor vittorio
vladimir volodymyr wladimir vladimiro vova uladzimir
vladislav wladyslaw ladislav laszlo vlad
walter valter
william wilhelm guillermo guillaume vilem bill billy will
yaroslav jaroslav jaroslaw
zoran
"""


def _variants() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _GROUPS.strip().splitlines():
        first, *others = line.split()
        for word in (first, *others):
            found.setdefault(word, first)
    return found


VARIANTS: Mapping[str, str] = _variants()
"""Spelling or short form -> the form it is compared as."""

_ALPHA2 = (
    "AD AND AE ARE AF AFG AG ATG AI AIA AL ALB AM ARM AO AGO AQ ATA AR ARG AS ASM AT AUT AU AUS AW ABW AX ALA AZ AZE BA BIH BB BRB "
    "BD BGD BE BEL BF BFA BG BGR BH BHR BI BDI BJ BEN BL BLM BM BMU BN BRN BO BOL BQ BES BR BRA BS BHS BT BTN BV BVT BW BWA BY BLR "
    "BZ BLZ CA CAN CC CCK CD COD CF CAF CG COG CH CHE CI CIV CK COK CL CHL CM CMR CN CHN CO COL CR CRI CU CUB CV CPV CW CUW CX CXR "
    "CY CYP CZ CZE DE DEU DJ DJI DK DNK DM DMA DO DOM DZ DZA EC ECU EE EST EG EGY EH ESH ER ERI ES ESP ET ETH FI FIN FJ FJI FK FLK "
    "FM FSM FO FRO FR FRA GA GAB GB GBR GD GRD GE GEO GF GUF GG GGY GH GHA GI GIB GL GRL GM GMB GN GIN GP GLP GQ GNQ GR GRC GS SGS "
    "GT GTM GU GUM GW GNB GY GUY HK HKG HM HMD HN HND HR HRV HT HTI HU HUN ID IDN IE IRL IL ISR IM IMN IN IND IO IOT IQ IRQ IR IRN "
    "IS ISL IT ITA JE JEY JM JAM JO JOR JP JPN KE KEN KG KGZ KH KHM KI KIR KM COM KN KNA KP PRK KR KOR KW KWT KY CYM KZ KAZ LA LAO "
    "LB LBN LC LCA LI LIE LK LKA LR LBR LS LSO LT LTU LU LUX LV LVA LY LBY MA MAR MC MCO MD MDA ME MNE MF MAF MG MDG MH MHL MK MKD "
    "ML MLI MM MMR MN MNG MO MAC MP MNP MQ MTQ MR MRT MS MSR MT MLT MU MUS MV MDV MW MWI MX MEX MY MYS MZ MOZ NA NAM NC NCL NE NER "
    "NF NFK NG NGA NI NIC NL NLD NO NOR NP NPL NR NRU NU NIU NZ NZL OM OMN PA PAN PE PER PF PYF PG PNG PH PHL PK PAK PL POL PM SPM "
    "PN PCN PR PRI PS PSE PT PRT PW PLW PY PRY QA QAT RE REU RO ROU RS SRB RU RUS RW RWA SA SAU SB SLB SC SYC SD SDN SE SWE SG SGP "
    "SH SHN SI SVN SJ SJM SK SVK SL SLE SM SMR SN SEN SO SOM SR SUR SS SSD ST STP SV SLV SX SXM SY SYR SZ SWZ TC TCA TD TCD TF ATF "
    "TG TGO TH THA TJ TJK TK TKL TL TLS TM TKM TN TUN TO TON TR TUR TT TTO TV TUV TW TWN TZ TZA UA UKR UG UGA UM UMI US USA UY URY "
    "UZ UZB VA VAT VC VCT VE VEN VG VGB VI VIR VN VNM VU VUT WF WLF WS WSM YE YEM YT MYT ZA ZAF ZM ZMB ZW ZWE XK RKS"
).split()
ALPHA3_OF: Mapping[str, str] = dict(zip(_ALPHA2[::2], _ALPHA2[1::2], strict=True))
"""ISO 3166-1 alpha-2 -> alpha-3."""

COUNTRY_NAMES: Mapping[str, str] = {
    "russia": "RUS", "russian federation": "RUS", "syria": "SYR", "syrian arab republic": "SYR", "iran": "IRN",
    "iran (islamic republic of)": "IRN", "islamic republic of iran": "IRN", "north korea": "PRK", "korea, north": "PRK",
    "democratic people's republic of korea": "PRK", "south korea": "KOR", "korea, south": "KOR", "republic of korea": "KOR",
    "democratic republic of the congo": "COD", "congo, democratic republic of the": "COD", "united states": "USA",
    "united states of america": "USA", "united kingdom": "GBR", "burma": "MMR", "myanmar": "MMR", "turkey": "TUR", "libya": "LBY",
    "venezuela": "VEN", "bolivia": "BOL", "tanzania": "TZA", "united republic of tanzania": "TZA", "moldova": "MDA", "laos": "LAO",
    "vietnam": "VNM", "palestine": "PSE", "palestinian": "PSE", "kosovo": "RKS", "ivory coast": "CIV", "cote d ivoire": "CIV",
    "czech republic": "CZE", "macedonia": "MKD", "the gambia": "GMB", "bosnia and herzegovina": "BIH", "state of palestine": "PSE",
}  # fmt: skip
"""What lists call countries where it is not the short name of `domain/countries.py`."""
