"""The columns of an export and the fields of a deal that they are, by the names that exports give them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.rules.money import is_currency

NEEDED = ("id", "name", "account", "owner", "stage", "opened")
NAMES: Mapping[str, Sequence[str]] = {
    "id": (
        "id",
        "recordid",
        "externalid",
        "donotmodifyopportunity",
        "nepasmodifieropportunité",
        "nichtändernverkaufschance",
        "number",
        "no",
        "nr",
        "nummer",
        "numéro",
        "número",
    ),
    "name": (
        "name",
        "title",
        "topic",
        "opportunity",
        "deal",
        "titel",
        "bezeichnung",
        "nom",
        "titre",
        "nombre",
        "título",
        "subject",
        "sujet",
        "betreff",
        "project",
        "projekt",
        "projet",
    ),
    "account": (
        "account",
        "accountname",
        "company",
        "companyname",
        "customer",
        "client",
        "organization",
        "organisation",
        "associatedcompany",
        "associatedcompanyprimary",
        "potentialcustomer",
        "leadname",
        "kunde",
        "firma",
        "unternehmen",
        "client",
        "société",
        "compte",
        "entreprise",
        "cliente",
        "empresa",
    ),
    "owner": (
        "owner",
        "ownername",
        "ownedby",
        "salesrep",
        "salesperson",
        "salesagent",
        "rep",
        "assignedto",
        "user",
        "username",
        "assignedusername",
        "inhaber",
        "besitzer",
        "betreuer",
        "verkäufer",
        "vertriebler",
        "verantwortlicher",
        "zuständig",
        "commercial",
        "propriétaire",
        "responsable",
        "vendedor",
        "propietario",
    ),
    "stage": (
        "stage",
        "stagename",
        "salesstage",
        "tostage",
        "zuphase",
        "statuslabel",
        "phase",
        "pipelinestage",
        "étape",
        "etapa",
        "status",
        "statut",
        "estado",
    ),
    "outcome": ("outcome", "status", "statustype", "statut"),
    "product": ("product", "productname", "produkt", "produit", "producto"),
    "amount": (
        "amount",
        "value",
        "closevalue",
        "revenue",
        "expectedrevenue",
        "estrevenue",
        "likely",
        "revenuestimé",
        "gesumsatz",
        "total",
        "wert",
        "betrag",
        "umsatz",
        "volumen",
        "montant",
        "valeur",
        "importe",
        "monto",
        "valor",
    ),
    "opened": (
        "created",
        "createddate",
        "createdate",
        "createdon",
        "createdat",
        "createdtime",
        "datecreated",
        "opened",
        "engagedate",
        "angelegt",
        "angelegtam",
        "erstellt",
        "erstelltam",
        "erstelldatum",
        "crééle",
        "datedecréation",
        "creado",
        "fechadecreación",
    ),
    "closed": (
        "closed",
        "closedon",
        "closedat",
        "closeddate",
        "actualclosedate",
        "abschluss",
        "abgeschlossen",
        "abgeschlossenam",
        "geschlossenam",
    ),
    "close_date": (
        "closedate",
        "closingdate",
        "expectedclosedate",
        "expectedclosing",
        "estclosedate",
        "abschlussdatum",
        "schlusstermin",
        "datedeclôtureest",
        "datedeclôture",
        "fechadecierre",
    ),
    "changed": (
        "lastmodified",
        "lastmodifieddate",
        "modifiedtime",
        "modifiedon",
        "datemodified",
        "dateupdated",
        "laststagechange",
        "updatedat",
        "zuletztgeändert",
        "donotmodifymodifiedon",
        "nepasmodifierdatedemodification",
    ),
}
"""The names of columns by field, in the order of preference, as `plain_name` writes them."""
CURRENCY = ("currency", "currencycode", "currencyisocode", "currencyofvalue", "amountcurrency", "valuecurrency")
PIPELINE = ("pipeline", "pipelinename")
WITH_WORDS = ("stage", "outcome")
DATES = ("opened", "closed", "close_date", "changed")


@dataclass(frozen=True)
class Column:
    """`values`: those of the first rows that are not blank."""

    name: str
    values: Sequence[str]


def plain_name(name: str) -> str:
    """The name in lower case, without signs, and without what the record is called, once or twice: `Deal - Title` →
    `title`, `Deal - Deal created` → `created`."""
    plain = "".join(character for character in name.lower() if character.isalnum())
    short = plain.removeprefix("opportunity").removeprefix("deal").removeprefix("deal")
    return short or plain


def fields_of(columns: Sequence[Column]) -> Mapping[str, Column]:
    """A column serves one field alone. One in which nothing is comes last, and has no words to be listed."""
    found: dict[str, Column] = {}
    for field, names in NAMES.items():
        free = [each for each in columns if each not in found.values()]
        column = first_named(names, [each for each in free if each.values])
        if column is None and field not in WITH_WORDS:
            column = first_named(names, free)
        if column is not None:
            found[field] = column
    return found


def first_named(names: Sequence[str], columns: Sequence[Column]) -> Column | None:
    return next((column for name in names for column in columns if plain_name(column.name) == name), None)


def currency_column(columns: Sequence[Column]) -> Column | None:
    """The column of currencies by its name, else the first that has nothing but codes of currencies."""
    named = first_named(CURRENCY, columns)
    return named or next((column for column in columns if column.values and all(map(is_currency, column.values))), None)


def columns_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Column]:
    for position, name in enumerate(header):
        if name.strip():
            cells = (row[position] for row in rows if position < len(row))
            yield Column(name.strip(), [cell for cell in cells if cell.strip()])
