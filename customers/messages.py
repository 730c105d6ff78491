"""Why a file, a row or a cell was refused, in the reader's language."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.rules.feed import Fault

_SENTENCES: Final[dict[str, Any]] = {
    # the whole file
    "too_large": _("The file is larger than %(megabytes)s MB. Split it and import the parts."),
    "old_excel": _("This is an old Excel file (.xls). Save it as .xlsx or CSV."),
    "empty_file": _("The file is empty."),
    "only_header": _("The file has headings but no rows."),
    "encoding": _("The text is neither UTF-8 nor GB18030. Save the file as UTF-8 CSV or as .xlsx."),
    "nul": _("The file contains a NUL character; it is not a text file."),
    "csv": _("The quotation marks in this row do not match."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it and import the parts."),
    "too_many_columns": _("The file has more than %(limit)s columns."),
    "not_a_table": _("The file is damaged or not a spreadsheet."),
    "unsafe_archive": _("The file is refused because it unpacks to something unsafe or far too large."),
    "encrypted": _("The file is protected by a password. Save it without one."),
    "active_content": _("The file contains macros, links or embedded objects. Save the plain table only."),
    "several_sheets": _("More than one sheet has content. Keep one sheet."),
    # headings
    "heading_unknown": _("This column is not known. Remove it or use the template."),
    "heading_unknown_near": _("This column is not known. Did you mean “%(near)s”?"),
    "heading_twice": _("This column appears twice."),
    "heading_missing": _("This column is missing."),
    "no_heading": _("The value “%(value)s” stands in a column without a heading."),
    "extra_cells": _("The row has more cells than there are headings."),
    # cells
    "required": _("A value is required."),
    "formula": _("The cell holds a formula. Paste the value instead."),
    "formula_text": _("“%(value)s” could be read as a formula. Text must not begin with = + - or @."),
    "error_value": _("The cell holds an error value."),
    "time_of_day": _("The cell holds a time of day. A date alone is expected."),
    "unexpected_date": _("The cell holds a date, which does not belong here."),
    "hidden": _("The text contains characters that cannot be seen (%(characters)s)."),
    "too_long": _("The text is longer than %(limit)s characters."),
    "money_empty": _("An amount is required."),
    "money_format": _("“%(value)s” is not an amount. Write digits with up to two decimals, such as 1200.50."),
    "money_digits": _("“%(value)s” is not written with the digits 0 to 9 of the plain keyboard."),
    "money_separator": _("“%(value)s” has thousands separators. Write the digits only, such as 1200.50."),
    "money_scale": _("“%(value)s” has more than two decimals. Amounts are never rounded silently."),
    "money_negative": _("“%(value)s” is negative. Amounts here are zero or more."),
    "money_too_large": _("“%(value)s” is larger than 1,000,000,000,000."),
    "currency_decimals": _("%(currency)s has no decimals."),
    "quantity": _("“%(value)s” is not a weight. Write digits and at most three decimals, such as 12.5."),
    "date": _("“%(value)s” is not a date. Write it as 2026-01-31."),
    "date_range": _("The date “%(value)s” is before 1990 or after 2099."),
    "flag": _("“%(value)s” is neither yes nor no."),
    "choice": _("“%(value)s” is not one of: %(allowed)s."),
    "currency": _("“%(value)s” is not the code of a known currency, such as CNY."),
    "price": _("“%(value)s” is not a price. Write digits and at most four decimals, such as 95.50."),
    "unknown_product": _("There is no product “%(value)s”. Import the products first."),
    "price_differs": _("Another value was imported before (%(before)s). A correction needs a new list or day."),
    "list_differs": _("The list “%(value)s” has another currency or other days already."),
    "json_type": _("Only text, true, false or null is accepted; write amounts as text, such as \"1200.50\"."),
    # the row against its surroundings
    "uneven_rows": _("Every row must carry the same fields as the first one."),
    "duplicate_key": _("This key is already used in row %(first)s of the same file."),
    "unknown_customer": _("No customer “%(value)s” among the customers you may import for."),
    "unknown_invoice": _("No invoice “%(value)s” has been imported for this customer."),
    "currency_mismatch": _("The customer's currency is %(currency)s."),
    "customer_changed": _("This key belongs to another customer already."),
    "newer_data": _("A later import (data of %(as_of)s) has other values for this key."),
    "after_data_time": _("The date lies after the time of the data (%(latest)s)."),
    "days_backwards": _("The second date lies before the first one."),
}  # fmt: skip


def sentence(code: str, values: Mapping[str, object]) -> str:
    """The sentence of a code with its values filled in."""
    template = str(_SENTENCES.get(code) or gettext("This value is refused."))
    return template % {"value": "", **values}


def of_fault(fault: Fault) -> str:
    """The sentence of a fault."""
    return sentence(fault.code, fault.values)
