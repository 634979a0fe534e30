#!/usr/bin/env python3
"""Makes states.tsv from two npm packages, both under the MIT licence:

    npm install countries-list@3.4.1 i18n-nationality@1.4.0
    python3 seeds/make_states.py node_modules > seeds/states.tsv

countries-list (annexare/Countries) gives code, names and capital, i18n-nationality the adjective.
"""
import csv
import json
import pathlib
import sys

# Territories whose affairs abroad another state conducts; their names are places, not governments.
DEPENDENT = set(
    "AS AI AQ AW AX BL BM BQ BV CC CK CW CX FK FO GF GG GI GP GS GU HM IM IO JE KY MF MO MP MQ MS NC NF "
    "NU PF PM PN PR RE SH SJ SX TC TF TK UM VG VI WF YT EH HK GL AC TA".split()
)
# Capitals whose name is far more often a person's or another town's.
AMBIGUOUS = {"Victoria", "Georgetown", "Kingston", "Saint John's", "St. George's", "Roseau"}
# Where the capital's name stands for another body: Brussels for the European Union.
OTHERS = {"Brussels"}
# Names that no state bears any more, and one that an airline bears.
BYGONE = {"Bechuanaland", "British Honduras", "Dahomey", "East Pakistan", "Upper Volta", "Kampuchea", "Ubangi-Shari", "Zaire",
          "Abyssinia", "Gold Coast", "Portuguese Guinea", "Dutch East Indies", "Persia", "Gilbert Islands", "Basutoland",
          "Nyasaland", "French Sudan", "South West Africa", "Siam", "Formosa", "Ceylon", "Tanganyika", "New Hebrides",
          "Ellice Islands", "Northern Rhodesia", "Rhodesia", "Southern Rhodesia", "Turkmenia", "Kirghizia", "Emirates"}
# Where the package's word is not the one of English news.
CAPITALS = {"US": "Washington", "NL": "The Hague", "BO": "La Paz", "CH": "Bern", "MM": "Naypyidaw", "ME": "Podgorica",
            "PS": "Ramallah", "UA": "Kyiv", "BJ": "Porto-Novo", "TZ": "Dodoma", "LK": "Colombo"}
NAMES = {"MM": "Myanmar", "CZ": "Czech Republic", "MK": "North Macedonia", "SZ": "Eswatini", "TR": "Turkey",
         "CD": "Congo", "CG": "Republic of the Congo", "BA": "Bosnia", "CI": "Ivory Coast", "VA": "Vatican",
         "CV": "Cape Verde", "TL": "East Timor", "FM": "Micronesia"}
ALSO = {"GB": "Britain;Great Britain;UK;U.K.", "US": "US;U.S.;USA;U.S.A.;U.S;America", "MM": "Burma", "CZ": "Czechia",
        "TR": "Türkiye", "CD": "Democratic Republic of Congo;DR Congo;DRC", "BA": "Bosnia and Herzegovina",
        "CI": "Côte d'Ivoire", "AE": "UAE", "VA": "Vatican City;Holy See", "SZ": "Swaziland"}


def main(modules):
    nationalities = json.loads((modules / "i18n-nationality/langs/en.json").read_text())["nationalities"]
    countries = json.loads((modules / "countries-list/countries.min.json").read_text())
    rows = []
    for code, country in countries.items():
        if code in DEPENDENT:
            continue
        plain = country["name"].split(" (")[0]
        name = NAMES.get(code, plain)
        also = [*country.get("alias", []), *ALSO.get(code, "").split(";"), plain]
        also = sorted({other for other in also if other and other != name and "(" not in other and other not in BYGONE})
        people = nationalities.get(code, "")
        if people == name or any(mark in people for mark in "(,-"):
            people = ""
        capital = CAPITALS.get(code, country.get("capital") or "")
        if capital in AMBIGUOUS | OTHERS:
            capital = ""
        rows.append([code, name, ";".join(also), people, capital])
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
    writer.writerow(["code", "name", "also", "people", "capital"])
    writer.writerows(sorted(rows, key=lambda row: row[1]))


main(pathlib.Path(sys.argv[1]))
