"""Currencies the company may trade in (ISO 4217) and how many decimals they have."""

from typing import Final

# Traded currencies; a new one is added here on purpose, with its decimals.
DECIMALS: Final[dict[str, int]] = {
    **dict.fromkeys(
        ("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR",
         "KZT", "MXN", "MYR", "NOK", "NZD", "PHP", "PKR", "PLN", "RUB", "SAR", "SEK", "SGD", "THB", "TRY",
         "TWD", "UAH", "USD", "AED", "ZAR"),
        2,
    ),
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP"), 0),
}  # fmt: skip


def is_currency(code: str) -> bool:
    """Whether amounts may be kept in this currency."""
    return code in DECIMALS
