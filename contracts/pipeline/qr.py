"""QR codes that lead from paper to the verification page."""

import io

import segno


def qr_png(address: str) -> bytes:
    """The address as a QR code (error correction M) in a black and white PNG."""
    buffer = io.BytesIO()
    segno.make(address, error="m", micro=False).save(buffer, kind="png", scale=8, border=2)
    return buffer.getvalue()
