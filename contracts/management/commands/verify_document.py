"""Check a sealed document, by its number or as a file."""

import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.models import Event
from contracts import production
from contracts.models import Document, State
from contracts.pipeline.check import CheckError
from contracts.pipeline.produce import ProductionError
from contracts.pipeline.verify import verify_pdf
from jobs import storage

VALID, INVALID, UNKNOWN = 0, 1, 2


class Command(BaseCommand):
    """manage.py verify_document DN-202611-0001 | file.pdf; exit 0 valid, 1 not valid, 2 cannot tell."""

    help = "Check a sealed document by number, or a PDF file: exit 0 valid, 1 not valid, 2 cannot tell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("document", help="a document number, or the path of a PDF file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found and exit with the verdict."""
        name: str = options["document"]
        path = Path(name)
        if path.is_file():
            sys.exit(self._file(path))
        document = Document.objects.filter(number=name).select_related("unit", "customer__unit").first()
        if document is None or document.state != State.DONE:
            self.stderr.write(f"{name} is neither a file nor the number of an issued document.")
            sys.exit(UNKNOWN)
        sys.exit(self._document(document))

    def _file(self, path: Path) -> int:
        found = verify_pdf(path.read_bytes(), production.root_certificate())
        return self._verdict(path.name, found.findings, f"sealed by {found.signer}, {found.signed_at}")

    def _document(self, document: Document) -> int:
        try:
            pdf = storage.get(document.pdf_sha256)
        except storage.StorageError as error:
            return self._verdict(document.number, [f"The stored file can't be read: {error!r}."], "")
        found = verify_pdf(pdf, production.root_certificate())
        problems = [*found.findings, *self._trail(document), *self._again(document)]
        if document.voided_at:
            self.stdout.write(f"{document.number} was voided at {document.voided_at:%Y-%m-%d %H:%M} UTC.")
        return self._verdict(document.number, problems, f"sealed by {found.signer}, {found.signed_at}")

    @staticmethod
    def _trail(document: Document) -> list[str]:
        """The event of issue names the same hash."""
        events = Event.objects.filter(action="document.issued", object_id=str(document.pk))
        hashes = [event.content["object"].get("content_sha256") for event in events]
        return [] if hashes == [document.pdf_sha256] else ["The audit trail names another file."]

    @staticmethod
    def _again(document: Document) -> list[str]:
        """The frozen data and template still give the same Word file."""
        try:
            same = sha256(production.draft(document).docx).hexdigest() == document.docx_sha256
        except (ProductionError, CheckError, storage.StorageError) as error:
            return [f"The document can't be made again from its data: {error}."]
        return [] if same else ["The frozen data give another document."]

    def _verdict(self, name: str, problems: list[str], seal: str) -> int:
        for problem in problems:
            self.stdout.write(f"{name}: {problem}")
        self.stdout.write(f"{name}: {'NOT VALID' if problems else 'valid, ' + seal}")
        return INVALID if problems else VALID
