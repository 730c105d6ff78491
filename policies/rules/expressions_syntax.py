"""The text of an expression as a tree: ``if(known(grade) and limit_requested > 1.2 * limit_formula, 20 %, 0 %)``.

Grammar, loosest first: ``or`` · ``and`` · ``not`` · one comparison (``= != < <= > >=``, ``in ("A", "B")``) · ``+ -`` ·
``* /`` · sign · number, ``12 %``, ``"text"``, ``true``, name, ``function(…)``, parentheses. Nothing else exists: no
attributes, no indexes, no assignment, no code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policies.rules.expressions_tree import Among, Binary, Call, ExpressionError, Name, Node, Number, Text, Truth, Unary

LONGEST: Final = 2_000
MOST_NODES: Final = 200
DEEPEST: Final = 40
MOST_DIGITS: Final = 30
COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_WORDS: Final = frozenset({"and", "or", "not", "in", "true", "false"})
# One character each, so that columns stay those of the text that the owner sees.
_SYMBOLS: Final = str.maketrans("（），＋－＊／＝＜＞％“”×÷−", '(),+-*/=<>%""*/-')
_ALIASES: Final = {"≥": ">=", "≤": "<=", "≠": "!=", "==": "=", "<>": "!="}
# What other languages write.
_RATHER: Final = {
    "=>": ">=", "=<": "<=", "&": "and", "&&": "and", "|": "or", "||": "or", "!": "not", "**": "a * a",
}  # fmt: skip
_TOKEN: Final = re.compile(
    r'(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[^\W\d]\w*)|(?P<text>"[^"]*"|\'[^\']*\')'
    r"|(?P<other>=>|=<|&&?|\|\|?|!(?!=)|\*\*)|(?P<sign>>=|<=|!=|==|<>|[≥≤≠<>=+\-*/%(),])"
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError, also for one that is too long, too large or too deep."""
    if len(text) > LONGEST:
        zh, en = f"表达式超过 {LONGEST} 个字符。", f"An expression has {LONGEST} characters at most."
        raise ExpressionError(LONGEST + 1, zh, en)
    return _Parser(list(_tokens(text)), len(text)).whole()


def _tokens(written: str) -> Iterator[_Token]:
    """What stands in quotes stays as it was written."""
    text, position = written.translate(_SYMBOLS), 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _TOKEN.match(text, position)
        if found is None:
            sign = text[position]
            raise ExpressionError(position + 1, f"无法识别「{sign}」。", f"Cannot read {sign!r} here.")
        kind = str(found.lastgroup)
        if kind == "other":
            rather = _RATHER[found[0]]
            raise ExpressionError(position + 1, f"请写成「{rather}」。", f"Write “{rather}” instead of “{found[0]}”.")
        yield _Token(kind, written[position : found.end()] if kind == "text" else found[0], position)
        position = found.end()


class _Parser:
    """Recursive descent; every way down is counted, so that it ends and never outgrows the stack."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = [*tokens, _Token("end", "", length)]
        self._at = 0
        self._nodes = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._or()
        if self._next.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _is(self, *signs: str) -> bool:
        token = self._next
        return token.kind in ("sign", "name") and token.text.lower() in signs

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _expect(self, sign: str) -> _Token:
        if not self._is(sign):
            wanted = self._next
            raise ExpressionError(wanted.start + 1, f"此处应为「{sign}」。", f"“{sign}” is expected here.")
        return self._take()

    def _unexpected(self) -> ExpressionError:
        token = self._next
        if token.kind == "end":
            return ExpressionError(token.start + 1, "表达式不完整。", "The expression is not complete.")
        return ExpressionError(token.start + 1, f"此处不应有「{token.text}」。", f"“{token.text}” does not fit here.")

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise ExpressionError(
                node.column, f"表达式超过 {MOST_NODES} 个部分。", f"An expression has {MOST_NODES} parts at most."
            )
        return node

    def _chain(self, operators: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        node = operand()
        before = self._depth
        while self._is(*operators):
            sign = self._take()
            self._deeper(sign)
            right = operand()
            node = self._made(Binary(node.start, right.end, sign.text.lower(), node, right, sign.start))
        self._depth = before
        return node

    def _or(self) -> Node:
        return self._chain(("or",), self._and)

    def _and(self) -> Node:
        return self._chain(("and",), self._not)

    def _not(self) -> Node:
        if not self._is("not"):
            return self._comparison()
        sign = self._take()
        self._deeper(sign)
        operand = self._not()
        self._depth -= 1
        return self._made(Unary(sign.start, operand.end, "not", operand))

    def _comparison(self) -> Node:
        left = self._sum()
        negated = self._is("not")
        if negated or self._is("in"):
            return self._among(left, negated)
        sign = self._next
        operator = _ALIASES.get(sign.text, sign.text)
        if sign.kind != "sign" or operator not in COMPARISONS:
            return left
        self._take()
        right = self._sum()
        following = self._next
        if following.kind == "sign" and _ALIASES.get(following.text, following.text) in COMPARISONS:
            raise ExpressionError(
                following.start + 1, "比较不能连写，请用 and 连接。", "Comparisons are not chained: join them with and."
            )
        return self._made(Binary(left.start, right.end, operator, left, right, sign.start))

    def _among(self, left: Node, negated: bool) -> Node:
        if negated:
            self._take()
        self._expect("in")
        self._expect("(")
        values = [self._quoted()]
        while self._is(","):
            self._take()
            values.append(self._quoted())
        end = self._expect(")").end
        return self._made(Among(left.start, end, left, tuple(values), negated))

    def _quoted(self) -> str:
        token = self._next
        if token.kind != "text":
            raise ExpressionError(token.start + 1, "此处应为引号中的值。", "A value in quotes is expected here.")
        return self._take().text[1:-1]

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._signed)

    def _signed(self) -> Node:
        if not self._is("-"):
            return self._atom()
        sign = self._take()
        self._deeper(sign)
        operand = self._signed()
        self._depth -= 1
        return self._made(Unary(sign.start, operand.end, "-", operand))

    def _deeper(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(
                token.start + 1, f"嵌套超过 {DEEPEST} 层。", f"Expressions are nested {DEEPEST} levels deep at most."
            )

    def _atom(self) -> Node:
        token = self._next
        if token.kind == "number":
            return self._made(self._number())
        if token.kind == "text":
            self._take()
            return self._made(Text(token.start, token.end, token.text[1:-1]))
        if self._is("("):
            self._deeper(self._take())
            node = self._or()
            self._expect(")")
            self._depth -= 1
            return node
        if self._is("true", "false"):
            self._take()
            return self._made(Truth(token.start, token.end, token.text.lower() == "true"))
        if token.kind == "name" and token.text.lower() not in _WORDS:
            self._take()
            return self._call(token) if self._is("(") else self._made(Name(token.start, token.end, token.text))
        raise self._unexpected()

    def _number(self) -> Number:
        token = self._take()
        if len(token.text) - ("." in token.text) > MOST_DIGITS:
            raise ExpressionError(
                token.start + 1, f"数字超过 {MOST_DIGITS} 位。", f"A number has {MOST_DIGITS} digits at most."
            )
        percent = self._is("%")
        end = self._take().end if percent else token.end
        return Number(token.start, end, Decimal(token.text), percent)

    def _call(self, name: _Token) -> Node:
        self._deeper(self._take())
        arguments: list[Node] = []
        if not self._is(")"):
            arguments.append(self._or())
            while self._is(","):
                self._take()
                arguments.append(self._or())
        end = self._expect(")").end
        self._depth -= 1
        return self._made(Call(name.start, end, name.text.lower(), tuple(arguments)))
