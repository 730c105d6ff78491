"""Write the Word templates of letters and contracts from their source in contracts/letters."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from contracts.letters.build import build_letter
from contracts.letters.context import SHAPES
from contracts.letters.contract import build_contract
from contracts.letters.words import WORDS

CONTRACTS = {"zh-hans": "zh", "en": "en", "bilingual": "bilingual"}
SUFFIX = {"zh-hans": "zh", "en": "en"}


class Command(BaseCommand):
    """manage.py build_letters"""

    help = "Write the Word templates of the letters to templates/letters/."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build every kind in every language."""
        folder = Path(settings.BASE_DIR) / "templates" / "letters"
        folder.mkdir(parents=True, exist_ok=True)
        for language, suffix in CONTRACTS.items():
            path = folder / f"sales_contract_{suffix}.docx"
            path.write_bytes(build_contract(language))
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
        for kind in SHAPES:
            for language in WORDS:
                path = folder / f"{kind}_{SUFFIX[language]}.docx"
                path.write_bytes(build_letter(kind, language))
                self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
