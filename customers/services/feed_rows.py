"""Rows of an import held against the database: codes become ids, differences become rows to write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import models

from accounts.models import Unit, User
from customers.models import Claim, Customer, Invoice, Order, Receipt
from customers.rules.currencies import DECIMALS
from customers.rules.feed import COLUMNS, Fault, ParsedRow

MODELS: Final[dict[str, type[models.Model]]] = {
    "orders": Order,
    "invoices": Invoice,
    "receipts": Receipt,
    "claims": Claim,
}
_MONEY: Final = ("amount", "shipped_amount", "cost")


@dataclass(frozen=True)
class Load:
    """Everything about an import that is not its rows."""

    unit: Unit
    kind: str
    data_as_of: datetime
    actor: User | None
    present: list[str]
    shown: Mapping[str, str]
    sha256: str
    file_name: str
    dry_run: bool

    @property
    def latest_day(self) -> date:
        return self.data_as_of.astimezone(ZoneInfo(self.unit.time_zone)).date()


def compare(load: Load, chunk: Sequence[ParsedRow], counts: dict[str, int]) -> tuple[list[Fault], list[models.Model]]:
    """Three or four reads: customers, invoices for receipts, what is there; rows to write and faults."""
    customers = _customers(load, chunk)
    invoices = _invoices(load, chunk) if load.kind == "receipts" else {}
    existing = _existing(load, chunk)
    faults: list[Fault] = []
    writes: list[models.Model] = []
    for row in chunk:
        found, values = _resolve(load, row, customers, invoices)
        if values is not None:
            old = existing.get(values["source_key"])
            found += _against(load, row, values, old)
            if not found:
                _sort_in(load, values, old, counts, writes)
        faults += found
    return faults, writes


def _customers(load: Load, chunk: Sequence[ParsedRow]) -> dict[str, tuple[int, str]]:
    codes = {row.values.get("customer") for row in chunk} - {None}
    visible = Customer.objects.filter(unit=load.unit, code__in=codes)
    if load.actor is not None:
        visible = visible & Customer.objects.visible_to(load.actor)
    return {code: (pk, currency) for code, pk, currency in visible.values_list("code", "pk", "currency")}


def _invoices(load: Load, chunk: Sequence[ParsedRow]) -> dict[str, tuple[int, int]]:
    keys = {row.values.get("invoice") for row in chunk} - {None}
    rows = Invoice.objects.filter(unit=load.unit, source_key__in=keys)
    return {key: (pk, owner) for key, pk, owner in rows.values_list("source_key", "pk", "customer_id")}


def _existing(load: Load, chunk: Sequence[ParsedRow]) -> dict[str, dict[str, Any]]:
    keys = [row.values["source_key"] for row in chunk if row.values.get("source_key")]
    rows = MODELS[load.kind]._default_manager.filter(unit=load.unit, source_key__in=keys)
    fields = ("source_key", "customer_id", "data_as_of", *columns_of(load))
    return {row["source_key"]: row for row in rows.values(*dict.fromkeys(fields))}


def columns_of(load: Load) -> list[str]:
    """Model columns that this file carries; the others keep their value."""
    renamed = {"customer": "customer_id", "invoice": "invoice_id"}
    return [renamed.get(name, name) for name in load.present if name != "source_key"]


def _resolve(
    load: Load,
    row: ParsedRow,
    customers: Mapping[str, tuple[int, str]],
    invoices: Mapping[str, tuple[int, int]],
) -> tuple[list[Fault], dict[str, Any] | None]:
    """Codes become ids; None as values when the row cannot be compared at all."""
    values = dict(row.values)
    code = values.pop("customer", None)
    if code is None or "source_key" not in values:
        return [], None
    if code not in customers:
        return [Fault(row.number, "customer", "unknown_customer", {"value": code})], None
    values["customer_id"], currency = customers[code]
    faults = _check_currency(row, values, currency)
    if "invoice" in values:
        faults += _resolve_invoice(row, values, invoices)
    return faults, values


def _check_currency(row: ParsedRow, values: dict[str, Any], currency: str) -> list[Fault]:
    if (values.get("currency") or currency) != currency:
        return [Fault(row.number, "currency", "currency_mismatch", {"currency": currency})]
    values["currency"] = currency
    if DECIMALS.get(currency, 2) == 0:
        return [
            Fault(row.number, name, "currency_decimals", {"currency": currency})
            for name in _MONEY
            if values.get(name) is not None and values[name] != int(values[name])
        ]
    return []


def _resolve_invoice(row: ParsedRow, values: dict[str, Any], invoices: Mapping[str, tuple[int, int]]) -> list[Fault]:
    key = values.pop("invoice")
    values["invoice_id"] = None
    if key is None:
        return []
    pk, owner = invoices.get(key, (None, None))
    if pk is None or owner != values["customer_id"]:
        return [Fault(row.number, "invoice", "unknown_invoice", {"value": key})]
    values["invoice_id"] = pk
    return []


def _against(load: Load, row: ParsedRow, values: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[Fault]:
    """A key stays with its customer, and older data never overwrites newer data."""
    if old is None:
        return []
    if old["customer_id"] != values["customer_id"]:
        return [Fault(row.number, "customer", "customer_changed")]
    if old["data_as_of"] > load.data_as_of and _differs(load, values, old):
        as_of = old["data_as_of"].astimezone(ZoneInfo(load.unit.time_zone)).isoformat(timespec="minutes")
        return [Fault(row.number, "source_key", "newer_data", {"as_of": as_of})]
    return []


def _differs(load: Load, values: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return any(values[name] != old[name] for name in columns_of(load) if name in values)


def _sort_in(
    load: Load,
    values: dict[str, Any],
    old: Mapping[str, Any] | None,
    counts: dict[str, int],
    writes: list[models.Model],
) -> None:
    if old is not None and not _differs(load, values, old):
        counts["unchanged"] += 1
        return
    counts["inserted" if old is None else "updated"] += 1
    if load.dry_run:
        return
    defaults = {column.name: column.default for column in COLUMNS[load.kind] if column.name not in load.present}
    defaults.pop("invoice", None)
    writes.append(MODELS[load.kind](unit_id=load.unit.pk, data_as_of=load.data_as_of, **{**defaults, **values}))
