"""The unsigned wrapping of a seal: everything around the signed parts has exactly one form, ours.

A signature covers its content, its signed attributes and, by their hash, its certificate. The rest of a
CMS structure (versions, lists of algorithms, who signed) is read by no check or by a lenient one, so a
change there would go unseen. Therefore the structure is written anew around the signed parts and compared.
"""

from asn1crypto import cms, core  # type: ignore[import-untyped]
from asn1crypto import tsp as _timestamps  # noqa: F401  (teaches cms the form of a timestamp)

_DIGEST = {"algorithm": "sha256", "parameters": core.Null()}
_SIGNATURE = {"algorithm": "sha256_ecdsa"}


def as_we_write_it(signature: bytes) -> bool:
    """Whether the bytes are, to the last bit, a seal with one timestamp in the form that we write.

    Raises:
        ValueError, TypeError, KeyError, IndexError: the bytes are no such structure at all.
    """
    seal = cms.ContentInfo.load(signature, strict=True)["content"]
    (held,) = _only(seal["signer_infos"])["unsigned_attrs"]
    stamp = _only(held["values"])["content"]
    statement = cms.ParsableOctetString(bytes(stamp["encap_content_info"]["content"]))
    token = _wrapped(stamp, "v3", {"content_type": "tst_info", "content": statement}, None)
    attribute: dict[str, object] = {"type": "signature_time_stamp_token", "values": [token]}
    return bool(_wrapped(seal, "v1", {"content_type": "data"}, [attribute]).dump() == signature)


def _wrapped(
    signed: cms.SignedData, version: str, content: dict[str, object], unsigned: list[dict[str, object]] | None
) -> cms.ContentInfo:
    """A CMS structure with the signed parts of another one in it, everything else as we write it."""
    certificate = _only(signed["certificates"]).chosen
    signer = _only(signed["signer_infos"])
    attributes = cms.CMSAttributes(contents=signer["signed_attrs"].contents)
    info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": _DIGEST,
        "signed_attrs": attributes,
        "signature_algorithm": _SIGNATURE,
        "signature": signer["signature"].native,
    }
    if unsigned:
        info["unsigned_attrs"] = unsigned
    return cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": cms.SignedData(
                {
                    "version": version,
                    "digest_algorithms": [_DIGEST],
                    "encap_content_info": content,
                    "certificates": [certificate],
                    "signer_infos": [info],
                }
            ),
        }
    )


def _only(parts: core.SequenceOf) -> core.Asn1Value:
    """The one part of a list that has one; ValueError otherwise."""
    (part,) = parts
    return part
