"""Tables for a terminal, aligned by the cells that characters take: a Chinese one takes two."""

from __future__ import annotations

from collections.abc import Sequence

from wcwidth import wcswidth, wcwidth

from bot.logging_setup import clean

_GAP = "  "


def table(rows: Sequence[Sequence[object]], header: Sequence[str] = (), widest: int = 60) -> list[str]:
    """Lines of aligned columns; numbers stand to the right, texts to the left.

    Args:
        rows: of equal length.
        header: names of the columns, if any.
        widest: cells after which a text is cut; control characters are shown as escapes.
    """
    shown = [[cut(_text(cell), widest) for cell in row] for row in rows]
    heads = [[cut(name, widest) for name in header]] if header else []
    widths = [max(map(width, column)) for column in zip(*heads, *shown, strict=True)]
    right = [all(isinstance(cell, (int, float)) for cell in column) for column in zip(*rows, strict=True)]
    ruled = [*heads, *([["-" * each for each in widths]] if heads else []), *shown]
    return [_line(row, widths, right or [False] * len(widths)) for row in ruled]


def width(text: str) -> int:
    """Cells that a text without control characters takes."""
    return max(0, wcswidth(text))


def cut(text: str, cells: int) -> str:
    """A text that takes at most `cells`, on one line, with … where something was cut off."""
    text = clean(" ".join(text.split()))
    if width(text) <= cells:
        return text
    kept, used = "", 0
    for character in text:
        used += max(0, wcwidth(character))
        if used > cells - 1:
            break
        kept += character
    return kept + "…"


def _text(cell: object) -> str:
    if cell is None:
        return "-"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, wanted, to_right in zip(cells, widths, right, strict=True):
        blanks = " " * (wanted - width(cell))
        padded.append(blanks + cell if to_right else cell + blanks)
    return _GAP.join(padded).rstrip()
