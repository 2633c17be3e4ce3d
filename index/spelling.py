"""Mends what people mistype, with the words that the knowledge itself uses.

Three slips, three remedies: a Latin word one or two letters off a known one; a Chinese word written with other
characters of the same sound (侧试 for 测试); and Chinese typed as bare pinyin ("zheng shu zai na"), which is read
back into the likeliest known words. A text without slips comes back as it was.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jieba
from pypinyin import lazy_pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LONGEST_WORD = 4
_SHORTEST_RUN = 4
_FILE = "spelling.json"
_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v)"
)
# Below this many pinyin syllables a Latin text is more likely English or a name.
_FEWEST_SYLLABLES = 3
# Words so frequent that a pair with one of them is a seam between words, not a slip.
_FUNCTION = frozenset("不吗呢的了是在有我你他都就也还没和一这那要会能可")
# A word that English or Chinese at large has this often is meant as it stands.
_REAL_ENGLISH = 250
_REAL_CHINESE = 3
# A rarer one may still be a slip for a word that the knowledge uses so often: 正书, a style of writing, for 证书.
_RARE_CHINESE, _TOPICAL = 20, 100
# So often two characters make a word that neither belongs to a slip beside them.
_COMMON_CHINESE = 300
# So many uses make a Latin word one of the knowledge's own.
_ESTABLISHED = 5


@dataclass(frozen=True, eq=False)
class Speller:
    """Known words of both scripts.

    Attributes:
        latin: Latin words with their counts.
        pairs: every pair of neighbouring Chinese characters that occurs.
        by_sound: the most frequent Chinese word of each sound (a tuple of toneless syllables), and its count.
        syllables: all toneless syllables that occur.
        english: English at large, so that a real word which the knowledge never uses is left alone.
    """

    latin: dict[str, int]
    pairs: frozenset[str]
    by_sound: dict[tuple[str, ...], tuple[str, int]]
    syllables: frozenset[str]
    english: SpellChecker

    @classmethod
    def of(cls, texts: Iterable[str]) -> Speller:
        """Learn the words of normalised texts."""
        latin, pairs, by_sound = _words_of(texts)
        speller = cls._with(latin, frozenset(pairs), by_sound)
        for word in [word for word, count in latin.items() if count < _ESTABLISHED]:
            # Examples hold a little pinyin; it must not pass for English when somebody else types it.
            if speller._syllables_of(word) and speller.english.word_frequency[word] < _REAL_ENGLISH:
                del speller.latin[word]
        return speller

    @classmethod
    def load(cls, folder: Path) -> Speller:
        """Read what `save` wrote."""
        known = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        by_sound = {tuple(sound.split()): (word, count) for sound, word, count in known["by_sound"]}
        return cls._with(known["latin"], frozenset(known["pairs"]), by_sound)

    def save(self, folder: Path) -> None:
        """Write the known words into an existing folder."""
        by_sound = [[" ".join(sound), word, count] for sound, (word, count) in self.by_sound.items()]
        known = {"latin": self.latin, "pairs": sorted(self.pairs), "by_sound": by_sound}
        (folder / _FILE).write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def _with(
        cls, latin: dict[str, int], pairs: frozenset[str], by_sound: dict[tuple[str, ...], tuple[str, int]]
    ) -> Speller:
        syllables = frozenset(syllable for sound in by_sound for syllable in sound)
        return cls(latin, pairs, by_sound, syllables, SpellChecker(language="en"))

    def knowing(self, texts: Iterable[str]) -> Speller:
        """A speller that also knows the words of these normalised texts."""
        latin, pairs, by_sound = _words_of(texts)
        both = {word: self.latin.get(word, 0) + latin.get(word, 0) for word in {**self.latin, **latin}}
        return self._with(both, self.pairs | pairs, {**by_sound, **self.by_sound})

    def mend(self, text: str) -> str:
        """`text` (normalised) with its slips mended."""
        return self._mend_latin(self._mend_homophones(self._read_pinyin(text)))

    def is_word(self, word: str) -> bool:
        """Whether a word in lower case is one of English or of the knowledge, or a slip in one of these."""
        return self._is_english(word) or self._nearest(word) != word

    def _mend_homophones(self, text: str) -> str:
        return _HAN_RUN.sub(lambda match: self._mend_run(match.group()), text)

    def _mend_run(self, run: str) -> str:
        by_sound = self._read_by_sound(run)
        if by_sound:
            return by_sound
        for size in (3, 2):
            for i in range(len(run) - size + 1):
                piece = run[i : i + size]
                if all(pair in self.pairs for pair in _pairs(piece)) or _is_seam(run, i, size):
                    continue
                known = self.by_sound.get(tuple(lazy_pinyin(piece)))
                if _is_meant(piece, _RARE_CHINESE if known and known[1] >= _TOPICAL else _REAL_CHINESE):
                    continue
                # One known word of the same sound, sharing a character: anything looser would rewrite real words.
                if known and known[1] > 1 and set(known[0]) & set(piece):
                    run = run[:i] + known[0] + run[i + size :]
        return run

    def _read_by_sound(self, run: str) -> str | None:
        """A run in which few neighbours are known together, as known words of the same sounds: 正书下在."""
        if len(run) < _SHORTEST_RUN or 2 * sum(pair in self.pairs for pair in _pairs(run)) >= len(run) - 1:
            return None
        read = self._decode(tuple(lazy_pinyin(run)))
        alike = len(read) == len(run) and any(ours == theirs for ours, theirs in zip(read, run, strict=True))
        return read if alike and all(pair in self.pairs for pair in _pairs(read)) else None

    def _mend_latin(self, text: str) -> str:
        return _LATIN.sub(lambda match: self._nearest(match.group()), text)

    @lru_cache(maxsize=4096)  # noqa: B019 - one speller lives as long as the process
    def _nearest(self, word: str) -> str:
        if len(word) < 4 or self._is_english(word):
            return word
        slips = 1 if len(word) < 8 else 2
        near = process.extract(word, self.latin.keys(), scorer=OSA.distance, score_cutoff=slips, limit=5)
        best = min(near, key=lambda hit: (hit[1], hit[0][0] != word[0], -self.latin[hit[0]]), default=None)
        return best[0] if best and len(best[0]) > 3 else word

    def _is_english(self, word: str) -> bool:
        stem = word.removesuffix("'s")
        return stem in self.latin or self.english.word_frequency[stem] >= _REAL_ENGLISH

    def _read_pinyin(self, text: str) -> str:
        """Latin words of `text` as Chinese where they are pinyin for the most part."""
        if _HAN_RUN.search(text):
            return text
        tokens = _LATIN.findall(text)
        spelled = {token: self._syllables_of(token) for token in tokens}
        pinyin = [token for token in tokens if spelled[token]]
        foreign = [token for token in pinyin if not self._is_english(token)]
        rest = {token for token in tokens if not spelled[token]}  # names are one and the same stand-in
        sounds = tuple(syllable for token in pinyin for syllable in spelled[token])
        few = len(sounds) < _FEWEST_SYLLABLES and (rest or self.by_sound.get(sounds, ("", 0))[1] < _ESTABLISHED)
        if few or len(foreign) < max(1, len(pinyin) / 4) or len(rest) > max(1, len(pinyin) / 2.5):
            return text
        return self._with_pinyin_read(text, spelled)

    def _with_pinyin_read(self, text: str, spelled: dict[str, tuple[str, ...]]) -> str:
        out: list[str] = []
        pending: list[str] = []
        for token in re.findall(r"[a-z']+|[^a-z']+", text):
            if token.isspace() and pending:
                continue
            if spelled.get(token):
                pending += spelled[token]
                continue
            out += [self._decode(tuple(pending)), " " if pending else "", token]
            pending = []
        return "".join([*out, self._decode(tuple(pending))])

    def _syllables_of(self, token: str) -> tuple[str, ...]:
        """The token cut into known syllables, longest first; empty if it cannot be."""
        if not token:
            return ()
        for size in range(min(6, len(token)), 0, -1):
            head = token[:size]
            if head in self.syllables and _SYLLABLE.fullmatch(head):
                if size == len(token):
                    return (head,)
                tail = self._syllables_of(token[size:])
                if tail:
                    return (head, *tail)
        return ()

    def _decode(self, syllables: Sequence[str]) -> str:
        """The likeliest known words of those sounds: fewest words first, then the more frequent."""
        best: list[tuple[float, str]] = [(0.0, "")] + [(-math.inf, "")] * len(syllables)
        for end in range(1, len(syllables) + 1):
            for size in range(1, min(_LONGEST_WORD, end) + 1):
                known = self.by_sound.get(tuple(syllables[end - size : end]))
                if known:
                    score, words = best[end - size]
                    candidate = (score + math.log(known[1]) - 8.0, words + known[0])
                    best[end] = max(best[end], candidate)
        return best[-1][1]


def _words_of(texts: Iterable[str]) -> tuple[dict[str, int], set[str], dict[tuple[str, ...], tuple[str, int]]]:
    """Latin words with their counts, pairs of Chinese characters, and the most frequent word of each sound."""
    latin: Counter[str] = Counter()
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    pairs: set[str] = set()
    for text in texts:
        latin.update(_LATIN.findall(text))
        for run in _HAN_RUN.findall(text):
            pairs.update(_pairs(run))
            words.update(word for word in jieba.cut(run) if len(word) <= _LONGEST_WORD)
            characters.update(run)
    by_sound: dict[tuple[str, ...], tuple[str, int]] = {}
    # A character that is a word goes before those of its sound that are parts of words: 和 before the 合 of 合规.
    for word, count in (*words.most_common(), *characters.most_common()):
        by_sound.setdefault(tuple(lazy_pinyin(word)), (word, count))
    return dict(latin), pairs, by_sound


def _pairs(run: str) -> Iterator[str]:
    return (run[i : i + 2] for i in range(len(run) - 1))


def _is_meant(piece: str, often: int) -> bool:
    """Whether Chinese at large has the piece as a word so often, or it is only a seam between two words."""
    jieba.dt.check_initialized()  # else the answer would hang on what was asked before
    return not _FUNCTION.isdisjoint(piece) or jieba.dt.FREQ.get(piece, 0) >= often


def _is_seam(run: str, start: int, size: int) -> bool:
    """Whether an outer character of the piece makes a common word with its neighbour: 府用 in 政府用的."""
    left, right = run[max(0, start - 1) : start + 1], run[start + size - 1 : start + size + 1]
    return any(len(word) == 2 and jieba.dt.FREQ.get(word, 0) >= _COMMON_CHINESE for word in (left, right))
