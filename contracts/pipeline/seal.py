"""Sealing a PDF: PAdES B-T signature of the company with a timestamp, certifying that nothing may change."""

import io
import secrets
from datetime import datetime

from asn1crypto import cms, tsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper

from contracts.pipeline.keys import KeyPair
from contracts.pipeline.waiting import wait_for

FIELD = "Seal"
OTHER_FIELD = "Counterparty"
# Our own policy number for timestamps, in the arc for documentation and private use.
TIMESTAMP_POLICY = "2.25.301146870"
SIGNATURE_SIZE = 72
DIGEST = "sha256"


class HeldKeySigner(signers.Signer):
    """Signs with a key that is already loaded: parsing it anew for every document would cost more."""

    def __init__(self, pair: KeyPair) -> None:
        self._key = pair.key
        super().__init__(signing_cert=certificate(pair), embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign with ECDSA; a dry run only asks how long a signature may be."""
        if dry_run:
            return bytes(SIGNATURE_SIZE)
        if digest_algorithm != DIGEST:
            raise ValueError(f"seals are made with {DIGEST}, not {digest_algorithm}")
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class InternalTimestamps(TimeStamper):
    """States the time of a seal in the RFC 3161 form, signed by our own timestamp unit."""

    def __init__(self, pair: KeyPair, at: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._signer = HeldKeySigner(pair)
        self._at = at.replace(microsecond=0)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer the request at once."""
        statement = {
            "version": "v1",
            "policy": TIMESTAMP_POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": secrets.randbits(64),
            "gen_time": self._at,
        }
        if req["nonce"].native is not None:
            statement["nonce"] = req["nonce"]
        content = cms.EncapsulatedContentInfo(
            {
                "content_type": cms.ContentType("tst_info"),
                "content": cms.ParsableOctetString(tsp.TSTInfo(statement).dump()),
            }
        )
        token = await self._signer.async_sign_general_data(content, DIGEST, detached=False)
        return tsp.TimeStampResp({"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token})


def seal(
    pdf: bytes, *, organisation: KeyPair, timestamps: KeyPair, at: datetime, reason: str, to_countersign: bool = False
) -> bytes:
    """Return the PDF with the company's seal.

    at: the moment of sealing (aware), stated by the signature and by the timestamp.
    reason: what the seal says about itself, inside the signed bytes (document number and data digest).
    to_countersign: the other side signs as well: an empty field waits for it, and only signing is allowed.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    if to_countersign:
        fields.append_signature_field(writer, fields.SigFieldSpec(OTHER_FIELD))
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        reason=reason,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS if to_countersign else fields.MDPPerm.NO_CHANGES,
    )
    signer = signers.PdfSigner(metadata, HeldKeySigner(organisation), timestamper=InternalTimestamps(timestamps, at))
    output = io.BytesIO()
    wait_for(signer.async_sign_pdf(writer, output=output))
    return output.getvalue()


def certificate(pair: KeyPair) -> asn1_x509.Certificate:
    """The certificate in the form that pyHanko wants."""
    return asn1_x509.Certificate.load(pair.certificate.public_bytes(serialization.Encoding.DER))
