"""A YAML mapping becomes what the import needs of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from funnelcast.importing import leads, org, quotas
from funnelcast.importing.deals.changes import deal_of_changes
from funnelcast.importing.deals.reader import DealReader, must_have_currency, open_reader
from funnelcast.importing.deals.rows import deal_of_row
from funnelcast.importing.deals.steps import deal_of_steps
from funnelcast.importing.deals.words import WordTable
from funnelcast.importing.mapping.deals import DealMapping
from funnelcast.importing.mapping.leads import LeadMapping
from funnelcast.importing.mapping.org import OrgMapping
from funnelcast.importing.mapping.quotas import QuotaMapping
from funnelcast.importing.mapping.yaml_file import AnyMapping, read_mapping
from funnelcast.importing.record import ExportContext, ExportKind, MapRecord, NamedMapping, row_by_row


def mapping_of_file(file: Path, shipped: dict[str, Path]) -> NamedMapping:
    """Raises `ValueError`, each line of which names a line of the file."""
    mapping = read_mapping(file, shipped)
    return NamedMapping(mapping.mapping, [export_kind(mapping)])


def export_kind(mapping: AnyMapping) -> ExportKind:
    match mapping:
        case DealMapping():
            return deal_kind(mapping)
        case LeadMapping():
            return lead_kind(mapping)
        case OrgMapping():
            return org_kind(mapping)
        case QuotaMapping():
            return quota_kind(mapping)


def common(mapping: AnyMapping) -> dict[str, Any]:
    is_filtered = bool(mapping.only or mapping.skip)
    return {
        "layout": mapping.file.layout(),
        "blanks": frozenset(mapping.blank),
        "ignore_case": mapping.ignore_case,
        "accepts": mapping.counts if is_filtered else None,
        "timezone": mapping.dates.timezone if mapping.dates else "UTC",
        "name": mapping.mapping,
    }


def deal_kind(mapping: DealMapping) -> ExportKind:
    def open_mapping(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
        reader, missing = open_reader(mapping, context)
        return map_deals(reader), missing

    return ExportKind(
        "opportunities",
        mapping.columns(),
        open_mapping,
        group_by=mapping.fields.id.column if mapping.history else None,
        pipeline=mapping.pipeline.body() if mapping.pipeline else None,
        optional_columns=mapping.all_columns(),
        join=mapping.join,
        process=mapping.process,
        compares=compared_fields(mapping),
        **common(mapping),
    )


def compared_fields(mapping: DealMapping) -> frozenset[str]:
    fields = mapping.fields
    has_amount, has_date = fields.amount is not None or mapping.prices is not None, fields.close_date is not None
    return frozenset({"stage", "owner", *(["amount"] if has_amount else []), *(["close_date"] if has_date else [])})


def map_deals(reader: DealReader) -> MapRecord:
    history = reader.mapping.history
    if history is None:
        return row_by_row(lambda row: deal_of_row(reader, row))
    if history.changes is None:
        return lambda record: deal_of_steps(reader, record)
    changes = history.changes
    return lambda record: deal_of_changes(reader, changes, record)


def lead_kind(mapping: LeadMapping) -> ExportKind:
    dates, sources = mapping.dates.dates(), WordTable(mapping.sources, mapping.ignore_case)

    def open_mapping(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
        past = leads.PastDates(dates, context.made)
        return row_by_row(lambda row: leads.capture(mapping, sources, past, row)), ()

    return ExportKind("leads", mapping.columns(), open_mapping, **common(mapping))


def org_kind(mapping: OrgMapping) -> ExportKind:
    def open_mapping(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
        return org.map_people(mapping, context.rows), ()

    return ExportKind("org", mapping.columns(), open_mapping, **common(mapping))


def quota_kind(mapping: QuotaMapping) -> ExportKind:
    dates = mapping.dates.dates() if mapping.dates else None

    def open_mapping(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
        must_have_currency(mapping.money, context)
        amounts = mapping.money.amounts(context.currency)
        return row_by_row(lambda row: quotas.quota(mapping, amounts, dates, row)), ()

    return ExportKind("quotas", mapping.columns(), open_mapping, **common(mapping))
