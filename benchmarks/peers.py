"""What others do with the same rows: jieba, TF-IDF, a linear model; fastText and LightGBM where installed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from protocol import stop, told
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

SEED = 0
SMOOTHING = 0.1
Scores = NDArray[np.float64]
Words = list[str]
Answer = tuple[list[str], Scores]
"""Labels, and the scores (rows, labels) of the rows asked."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`fit_and_score` learns from segmented rows and scores others; `believable`: the scores are probabilities."""

    name: str
    believable: bool
    fit_and_score: Callable[[Sequence[Words], Sequence[str], Sequence[Words]], Answer]


def peers() -> list[Peer]:
    """All that can be measured here; those whose package is not installed are told and left out."""
    found = [
        Peer("jieba + TF-IDF 1–2 + LinearSVC", False, _over_tfidf(lambda: LinearSVC(random_state=SEED))),
        Peer("jieba + TF-IDF 1–2 + LogisticRegression", True, _over_tfidf(_logistic)),
        Peer("jieba + TF-IDF 1–2 + ComplementNB", False, _over_tfidf(lambda: ComplementNB(alpha=SMOOTHING))),
    ]
    optional = [("fasttext", Peer("jieba + fastText 1–2", True, _fasttext)), ("lightgbm", _LIGHTGBM)]
    for package, peer in optional:
        if find_spec(package) is None:
            told(f"{peer.name} is left out: {package} is not installed (pip install '.[bench]')")
        else:
            found.append(peer)
    return found


def segment(texts: Sequence[str]) -> list[Words]:
    """Words as plain jieba cuts them."""
    import jieba

    jieba.setLogLevel("WARNING")
    return [jieba.lcut(text) for text in texts]


def spaced(text: str) -> str:
    """Words joined by blanks, as the usual recipe hands them to TfidfVectorizer."""
    import jieba

    return " ".join(jieba.lcut(text))


def plain_pipeline() -> tuple[TfidfVectorizer, LinearSVC]:
    """The usual recipe from raw text on, all else at scikit-learn's defaults: jieba, words 1–2, linear SVM."""
    import jieba

    jieba.setLogLevel("WARNING")
    return TfidfVectorizer(preprocessor=spaced, ngram_range=(1, 2)), LinearSVC(random_state=SEED)


def _over_tfidf(model: Callable[[], Any], min_rows: int = 2, longest: int = 2) -> Any:
    """A model over TF-IDF of words of two characters and more, damped counts: of seven ways the best for the peer.

    Tokens as jieba gives them, punctuation and single characters among them, cost LinearSVC 4 points of macro-F1.
    """

    def fit_and_score(rows: Sequence[Words], labels: Sequence[str], asked: Sequence[Words]) -> Answer:
        vectorizer = TfidfVectorizer(ngram_range=(1, longest), sublinear_tf=True, min_df=min_rows)
        fitted = model().fit(vectorizer.fit_transform(map(_line, rows)), labels)
        score = fitted.decision_function if isinstance(fitted, LinearSVC) else fitted.predict_proba
        return list(fitted.classes_), np.asarray(score(vectorizer.transform(map(_line, asked))), dtype=np.float64)

    return fit_and_score


def _logistic() -> LogisticRegression:
    """C and weights as they were best on board messages."""
    return LogisticRegression(C=50, class_weight="balanced", max_iter=300)


def _lightgbm() -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=100, max_bin=63, random_state=SEED, n_jobs=1, verbose=-1)


_LIGHTGBM = Peer("jieba + TF-IDF 1 + LightGBM", True, _over_tfidf(_lightgbm, min_rows=10, longest=1))


def _fasttext(rows: Sequence[Words], labels: Sequence[str], asked: Sequence[Words]) -> Answer:
    """Words of two characters and more, lr .2, 50 epochs, words 1–2: the best of nine ways tried on one fold."""
    known = sorted(set(labels))
    with _lines_of([_long(words) for words in rows], [known.index(label) for label in labels]) as path:
        model = _taught(path)
    scores = np.zeros((len(asked), len(known)))
    named, values = model.predict([_line(_long(words)) for words in asked], k=-1)
    for row, (names, probabilities) in enumerate(zip(named, values, strict=True)):
        scores[row, [int(name.removeprefix("__label__")) for name in names]] = probabilities
    if not np.allclose(scores.sum(axis=1), 1, atol=0.01):
        raise stop(
            "this build of fastText gives broken probabilities (fasttext-wheel does with NumPy 2); see README.md"
        )
    return known, scores


def _taught(path: Path) -> Any:
    """One thread, so that a run can be repeated. fastText sometimes runs into NaN: then again at half the rate."""
    import fasttext

    model = None
    for rate in (0.2, 0.1, 0.05):
        try:
            model = fasttext.train_supervised(
                str(path), lr=rate, epoch=50, wordNgrams=2, thread=1, seed=SEED, verbose=0
            )
            break
        except RuntimeError as error:
            told(f"fastText at lr {rate}: {error}")
    if model is None:
        raise stop("fastText ran into NaN at every learning rate tried")
    return model


def _long(words: Words) -> Words:
    return [word for word in words if len(word) > 1]


@contextmanager
def _lines_of(rows: Sequence[Words], labels: Sequence[int]) -> Iterator[Path]:
    """fastText reads files only: a temporary one, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.txt"
        lines = [f"__label__{label} {_line(words)}\n" for label, words in zip(labels, rows, strict=True)]
        path.write_text("".join(lines), encoding="utf-8")
        yield path


def _line(words: Words) -> str:
    return " ".join(words).replace("\n", " ")
