"""Personal values as a page shows them: enough to recognise, not enough to use."""


def mask_phone(number: str) -> str:
    """First three and last two digits: ``138••••••56``; short numbers show their last two only."""
    if len(number) < 5:
        return "•" * len(number)
    head = 3 if len(number) >= 8 else 0
    return number[:head] + "•" * (len(number) - head - 2) + number[-2:]


def mask_email(address: str) -> str:
    """First letter and domain: ``w•••@example.cn``."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if at else "•" * len(address)
