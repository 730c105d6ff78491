"""Everything that changes customer files and trade data."""

from customers.services.feed import import_feed, upsert_feed
from customers.services.feed_load import ImportResult, RowError
from customers.services.file import change_customer, create_customer, derived, share_customer, unshare_customer
from customers.services.papers import StoredFile, add_paper, papers_of, remove_paper, store
from customers.services.records import close_legal_flag, open_legal_flag, save_contact, save_licence

__all__ = [
    "ImportResult",
    "RowError",
    "StoredFile",
    "add_paper",
    "change_customer",
    "close_legal_flag",
    "create_customer",
    "derived",
    "import_feed",
    "open_legal_flag",
    "papers_of",
    "remove_paper",
    "save_contact",
    "save_licence",
    "share_customer",
    "store",
    "unshare_customer",
    "upsert_feed",
]
