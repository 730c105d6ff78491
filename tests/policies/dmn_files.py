"""DMN files for tests, written short: a table is its inputs, outputs and rules."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

DMN_1_3 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*parts: str, namespace: str = DMN_1_3, attributes: str = "") -> bytes:
    """A file with these decisions and input data."""
    body = "".join(parts)
    return f'<definitions xmlns="{namespace}" name="m" namespace="urn:m" {attributes}>{body}</definitions>'.encode()


def datum(name: str, kind: str = "") -> str:
    """An input datum of the file."""
    return f"<inputData name={quoteattr(name)}><variable name={quoteattr(name)} typeRef={quoteattr(kind)}/></inputData>"


def table(
    name: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    policy: str = "",
) -> str:
    """A decision whose logic is a table.

    Args: `inputs` as ``Age:number`` or ``Age:number="allowed values"``; `outputs` as ``Rate``, ``Rate=default`` or
    ``Rate=default=values``; `rules`: conditions, then results, as FEEL; `policy` as ``COLLECT+SUM``, empty: none said.
    """
    hit, _, aggregation = policy.partition("+")
    said = (f" hitPolicy={quoteattr(hit)}" if hit else "") + (f' aggregation="{aggregation}"' if aggregation else "")
    columns = "".join(map(_input, inputs)) + "".join(map(_output, outputs))
    rows = "".join(_rule(rule, len(inputs)) for rule in rules)
    return f"<decision name={quoteattr(name)}><decisionTable{said}>{columns}{rows}</decisionTable></decision>"


def _input(said: str) -> str:
    named, _, allowed = said.partition("=")
    name, _, kind = named.partition(":")
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    return f"<input><inputExpression{typed}>{_text(name)}</inputExpression>{_of('inputValues', allowed)}</input>"


def _output(said: str) -> str:
    name, default, values = (*said.split("="), "", "")[:3]
    return f"<output name={quoteattr(name)}>{_of('outputValues', values)}{_of('defaultOutputEntry', default)}</output>"


def _rule(entries: Sequence[str], conditions: int) -> str:
    tags = ("inputEntry" if place < conditions else "outputEntry" for place in range(len(entries)))
    return f"<rule>{''.join(f'<{tag}>{_text(entry)}</{tag}>' for tag, entry in zip(tags, entries, strict=True))}</rule>"


def _of(tag: str, text: str) -> str:
    return f"<{tag}>{_text(text)}</{tag}>" if text else ""


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"
