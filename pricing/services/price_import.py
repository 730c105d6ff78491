"""Bringing in products, list prices and costs from a file: all of it or nothing, prices never changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.problems import Problem
from accounts.queries import held_roles
from accounts.roles import Role
from audit.services import record
from customers import messages
from customers.rules import sheets
from customers.rules.feed import Fault, ParsedRow, match_columns, parse_cells
from pricing.models import Category, ListPrice, PriceList, Product, UnitCost
from pricing.rules.price_sheets import COLUMNS, KEYS

IMPORTERS: Final = frozenset({Role.PM, Role.SO, Role.FM})
MOST_FAULTS: Final = 200


@dataclass
class PriceImport:
    """What an import did, or would do; with faults nothing was written. `errors` are (row, heading, sentence)."""

    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[tuple[int, str, str]] = field(default_factory=list)

    def count(self, what: str) -> None:
        """One more row that was inserted, updated or unchanged."""
        setattr(self, what, getattr(self, what) + 1)


def may_import(user: User, unit: Unit) -> bool:
    """Pricing, sales operations and finance of the company."""
    return any(held.role in IMPORTERS and held.unit_id in (None, unit.pk) for held in held_roles(user))


def import_prices(unit: Unit, kind: str, data: bytes, *, actor: User, dry_run: bool = False) -> PriceImport:
    """Import a CSV or XLSX file of products, prices or costs.

    Args:
        unit: the company whose list or cost it is; products are shared by all companies.
        dry_run: check and count, write nothing.

    Raises:
        Problem: 403 without authority, 404 for an unknown kind.
    """
    if not may_import(actor, unit):
        raise Problem("not_importer", 403, _("Your roles do not include this for this customer or unit."))
    if kind not in COLUMNS:
        raise Problem("price_kind_unknown", 404, _("There is no such kind of price data."))
    found = PriceImport()
    rows, faults = _read(kind, data)
    found.rows = len(rows)
    with transaction.atomic():
        if not faults:
            faults = _write(found, unit, kind, rows)
        if faults or dry_run:
            transaction.set_rollback(True)
        else:
            _note(unit, kind, data, found, actor)
    found.errors = [(fault.row, fault.column, messages.of_fault(fault)) for fault in faults[:MOST_FAULTS]]
    return found


def _read(kind: str, data: bytes) -> tuple[list[ParsedRow], list[Fault]]:
    try:
        header, lines = sheets.read(data)
    except sheets.SheetError as error:
        return [], [Fault(error.row, error.column, error.code, error.values)]
    columns, faults = match_columns(COLUMNS[kind], header.cells)
    if faults:
        return [], faults
    rows: list[ParsedRow] = []
    seen: dict[tuple[Any, ...], int] = {}
    for line in lines:
        row, wrong = parse_cells(line.number, line.cells, columns)
        faults += wrong
        key = tuple(row.values.get(name) for name in KEYS[kind])
        if key in seen:
            faults.append(Fault(line.number, KEYS[kind][0], "duplicate_key", {"first": seen[key]}))
        seen.setdefault(key, line.number)
        rows.append(row)
    return rows, faults


def _write(found: PriceImport, unit: Unit, kind: str, rows: Sequence[ParsedRow]) -> list[Fault]:
    if kind == "products":
        return _products(found, rows)
    known = {each.code: each for each in Product.objects.filter(code__in={row.values["product"] for row in rows})}
    missing = [
        Fault(row.number, "product", "unknown_product", {"value": row.values["product"]})
        for row in rows
        if row.values["product"] not in known
    ]
    return missing or (_prices if kind == "prices" else _costs)(found, unit, rows, known)


def _products(found: PriceImport, rows: Sequence[ParsedRow]) -> list[Fault]:
    """New categories begin with the usual margins of 25 and 12 per cent."""
    for row in rows:
        values = {column.name: column.default for column in COLUMNS["products"]} | row.values
        code, category = values.pop("product"), values.pop("category")
        values["category"], _made = Category.objects.get_or_create(
            code=category, defaults={"name_zh": category, "name_en": category}
        )
        before = Product.objects.filter(code=code).first()
        if before is None:
            Product.objects.create(code=code, **values)
            found.count("inserted")
        elif all(getattr(before, name) == value for name, value in values.items()):
            found.count("unchanged")
        else:
            Product.objects.filter(pk=before.pk).update(**values)
            found.count("updated")
    return []


def _prices(found: PriceImport, unit: Unit, rows: Sequence[ParsedRow], known: dict[str, Product]) -> list[Fault]:
    faults: list[Fault] = []
    for row in rows:
        values = row.values
        days = {name: values.get(name) for name in ("currency", "valid_from", "valid_to")}
        prices, _made = PriceList.objects.get_or_create(unit=unit, code=values["price_list"], defaults=days)
        if any(getattr(prices, name) != value for name, value in days.items()):
            faults.append(Fault(row.number, "price_list", "list_differs", {"value": prices.code}))
            continue
        kept, made = ListPrice.objects.get_or_create(
            price_list=prices, product=known[values["product"]], defaults={"price": values["price"]}
        )
        faults += _once(found, row, "price", kept.price, made)
    return faults


def _costs(found: PriceImport, unit: Unit, rows: Sequence[ParsedRow], known: dict[str, Product]) -> list[Fault]:
    faults: list[Fault] = []
    for row in rows:
        same = {name: row.values[name] for name in ("currency", "valid_from")}
        kept, made = UnitCost.objects.get_or_create(
            unit=unit, product=known[row.values["product"]], **same, defaults={"cost": row.values["cost"]}
        )
        faults += _once(found, row, "cost", kept.cost, made)
    return faults


def _once(found: PriceImport, row: ParsedRow, name: str, kept: Decimal, made: bool) -> list[Fault]:
    """A price is written once; the same again changes nothing, another one is a fault."""
    if not made and kept != row.values[name]:
        return [Fault(row.number, name, "price_differs", {"before": f"{kept.normalize():f}"})]
    found.count("inserted" if made else "unchanged")
    return []


def _note(unit: Unit, kind: str, data: bytes, found: PriceImport, actor: User) -> None:
    record(
        "pricing.prices_imported",
        stream=f"prices:{unit.code}",
        actor=actor,
        object_type="price_file",
        object_id=f"{unit.code}:{kind}",
        object_label=kind,
        content_sha256=hashlib.sha256(data).hexdigest(),
        after={"rows": found.rows, "inserted": found.inserted, "updated": found.updated, "unchanged": found.unchanged},
    )
