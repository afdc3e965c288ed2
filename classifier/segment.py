"""Cuts folded text into words: jieba's dictionary without HMM, by rjieba where its wheel exists, else by jieba."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from zlib import crc32

_USER_WORD = re.compile(r"[一-鿕]{2,8}")
"""User words the two engines treat alike: Han characters that jieba's own word pattern admits."""
_USER_FREQUENCY = 1000
_SPREAD = 997
"""User words get frequencies a little apart: two cuts that score the same would be broken differently."""


class Segmenter(Protocol):
    """Words of a folded text; joined they are the text."""

    def words(self, text: str) -> list[str]: ...


def build_segmenter(user_words: Iterable[str] = (), engine: str = "auto") -> Segmenter:
    """A segmenter that knows `user_words` too. `engine`: auto, rjieba, jieba; both give equal words."""
    chosen = sorted({word for word in user_words if _USER_WORD.fullmatch(word)})
    if engine == "jieba":
        return JiebaSegmenter(chosen)
    try:
        return RjiebaSegmenter(chosen)
    except ImportError:
        if engine == "auto":
            return JiebaSegmenter(chosen)
        raise


class RjiebaSegmenter:
    """The Rust port: about seventeen times as fast, and equal without HMM."""

    def __init__(self, user_words: list[str]) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        for word in user_words:
            self._jieba.add_word(word, _frequency(word), None)

    def words(self, text: str) -> list[str]:
        return self._jieba.cut(text, hmm=False)


class JiebaSegmenter:
    """The reference, in pure Python; its dictionary cache lies in a folder of this user alone."""

    def __init__(self, user_words: list[str]) -> None:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        self._jieba.tmp_dir = str(_cache_folder())
        self._jieba.initialize()
        for word in user_words:
            # jieba forgets to take the old frequency of a word it knew off its total; rjieba does not
            self._jieba.total -= self._jieba.FREQ.get(word, 0)
            self._jieba.add_word(word, _frequency(word))

    def words(self, text: str) -> list[str]:
        return list(self._jieba.cut(text, HMM=False))


def _frequency(word: str) -> int:
    return _USER_FREQUENCY + crc32(word.encode()) % _SPREAD


def _cache_folder() -> Path:
    folder = Path.home() / ".cache" / "fenban"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="fenban-"))
    return folder
