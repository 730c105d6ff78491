"""The engines that turn a .docx into a PDF; a template names the one that its layout was approved with."""

from collections.abc import Callable
from datetime import datetime

from contracts.pipeline import libreoffice, typst_engine
from contracts.pipeline.libreoffice import EngineError

__all__ = ["EngineError", "convert", "version"]

_ENGINES: dict[str, Callable[[bytes, datetime], bytes]] = {
    typst_engine.NAME: typst_engine.convert,
    libreoffice.NAME: libreoffice.convert,
}


def convert(engine: str, docx: bytes, created_at: datetime) -> bytes:
    """Convert with the named engine, never with another one: the layout would differ.

    Raises EngineError when the engine is unknown, not installed or returns no PDF.
    """
    if engine not in _ENGINES:
        raise EngineError("unknown_engine", engine)
    return _ENGINES[engine](docx, created_at)


def version(engine: str) -> str:
    """Name and version of an engine, for the record."""
    return libreoffice.version() if engine == libreoffice.NAME else typst_engine.VERSION
