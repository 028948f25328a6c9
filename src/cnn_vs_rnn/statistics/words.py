"""Scores as a person reads them: percent for accuracies, points for what is out of 100, three digits for the rest."""

from __future__ import annotations

from collections.abc import Iterable

from cnn_vs_rnn.config import Family, Score
from cnn_vs_rnn.evaluation.results import Flag, Mark

FAMILY_WORDS: dict[Family, str] = {"cnn": "CNN", "rnn": "RNN", "hybrid": "hybrid", "baseline": "baseline"}

FLAG_WORDS: dict[Flag, str] = {
    "collapsed": "collapsed (gave nearly every sample the same answer)",
    "diverged": "diverged (infinite or undefined values)",
    "unfinished": "was not fully trained (one seed scored better on validation after twice as many steps)",
}
MARK_WORDS: dict[Mark, str] = {
    **FLAG_WORDS,
    "retried": "diverged at first, and was trained again at a lower learning rate",
}

SCORE_WORDS: dict[Score, str] = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1 (the mean over classes of the harmonic mean of precision and recall)",
    "mse": "mean squared error",
    "mae": "mean absolute error",
    "nll": "negative log-likelihood (nats)",
    "bits": "bits a step, of text bits a character (negative log-likelihood)",
    "perplexity": "perplexity (how many tokens a step seems to leave open: the exponential of its mean nats)",
    "chrf": "chrF (character n-grams in common with the reference, of 100; greedy decoding)",
    "bleu": "BLEU (word n-grams in common with the reference, of 100; greedy decoding)",
    "chrf_beam": "chrF of beam search (of 100)",
    "bleu_beam": "BLEU of beam search (of 100)",
}
IN_PERCENT: frozenset[Score] = frozenset({"accuracy", "macro_f1"})
# What a difference is counted in, of scores that are out of 100 and yet no share of anything.
POINTS: dict[Score, str] = {"chrf": "chrF", "chrf_beam": "chrF", "bleu": "BLEU", "bleu_beam": "BLEU"}

SCORE_SYMBOLS: dict[Score, str] = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "mse": "MSE",
    "mae": "MAE",
    "nll": "NLL, nats",
    "bits": "Bits",
    "perplexity": "Perplexity",
    "chrf": "chrF",
    "bleu": "BLEU",
    "chrf_beam": "chrF, beam",
    "bleu_beam": "BLEU, beam",
}
# Within a sentence, or where headings begin with a small letter.
SCORE_NAMES: dict[Score, str] = {
    **SCORE_SYMBOLS,
    **{"accuracy": "accuracy", "macro_f1": "macro F1", "bits": "bits", "perplexity": "perplexity"},
}


def number_text(value: float, digits: int = 3) -> str:
    """A number to `digits` significant digits, without needless zeros.

    >>> [number_text(value) for value in (1234.5, 0.16666, 0.000634, 0.0000583, 0.0)]
    ['1,230', '0.167', '0.000634', '5.83e-5', '0']
    """
    if value == 0:
        return "0"
    if abs(value) < 1e-4:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:.7f}".rstrip("0").rstrip(".")


def score_text(value: float | None, score: Score) -> str:
    """A score, with its unit where it has one.

    >>> score_text(0.9781, "accuracy"), score_text(0.16667, "mse"), score_text(None, "mse"), score_text(45.678, "chrf")
    ('97.8%', '0.167', 'none', '45.7')
    """
    if value is None:
        return "none"
    return f"{_number(value, score)}%" if score in IN_PERCENT else _number(value, score)


def difference_text(value: float, score: Score, *, signed: bool = False) -> str:
    """A difference of two scores: percentage points for accuracies, those of the score itself where it has its own.

    >>> difference_text(0.0213, "accuracy", signed=True), difference_text(0.01, "accuracy")
    ('+2.1 points', '1 point')
    >>> difference_text(-0.004, "mse"), difference_text(1.94, "chrf", signed=True), difference_text(-0.03, "bleu_beam")
    ('-0.004', '+1.9 chrF', '-0.03 BLEU')
    """
    sign = "+" if signed and value > 0 else ""
    number = _points(value, score)
    if score in IN_PERCENT:
        return f"{sign}{number} {'point' if number in ('1', '-1') else 'points'}"
    return f"{sign}{number} {POINTS.get(score, '')}".rstrip()


def range_text(low: float, high: float, score: Score) -> str:
    """An interval of differences, the unit said once.

    >>> range_text(-0.0133, 0.0281, "accuracy"), range_text(0.001, 0.0123, "mse"), range_text(-1.0, 2.44, "chrf")
    ('-1.3 to 2.8 points', '0.001 to 0.0123', '-1 to 2.4 chrF')
    """
    unit = "points" if score in IN_PERCENT else POINTS.get(score, "")
    return f"{_points(low, score)} to {_points(high, score)} {unit}".rstrip()


def listed(words: list[str]) -> str:
    """Words joined as in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def seeds_text(counts: Iterable[int]) -> str:
    """How many seeds there were, of several things.

    >>> seeds_text([5, 5]), seeds_text([1]), seeds_text([20, 5, 10])
    ('5 seeds', '1 seed', '5 to 20 seeds')
    """
    found = sorted(set(counts)) or [0]
    extent = f"{found[0]} to {found[-1]}" if len(found) > 1 else str(found[0])
    return f"{extent} seed{'' if found == [1] else 's'}"


def model_text(model: str, mean: float | None, score: Score) -> str:
    """A model and its mean score.

    >>> model_text("gru", 0.932, "accuracy")
    'gru (93.2%)'
    """
    return f"{model} ({score_text(mean, score)})"


def interval_text(mean: float | None, low: float | None, high: float | None, score: Score) -> str:
    """A score and its interval, the unit said once.

    >>> interval_text(0.978, 0.9612, 0.9861, "accuracy"), interval_text(0.16667, 0.1602, 0.1711, "mse")
    ('97.8%  96.1 to 98.6', '0.167  0.16 to 0.171')
    """
    if mean is None or low is None or high is None:
        return score_text(mean, score)
    return f"{score_text(mean, score)}  {_number(low, score)} to {_number(high, score)}"


def _number(value: float, score: Score) -> str:
    """A score without its unit."""
    if score in POINTS or score in IN_PERCENT:
        return f"{100 * value if score in IN_PERCENT else value:.1f}"
    return number_text(value)


def _points(difference: float, score: Score) -> str:
    """A difference without its unit; needless zeros are left out."""
    if score in POINTS:
        return f"{round(difference, 1 if abs(difference) >= 0.1 else 2) + 0.0:g}"  # + 0.0: no minus before a zero
    if score in IN_PERCENT:
        return f"{round(100 * difference, 1) + 0.0:g}"
    return number_text(difference)


def seconds_text(seconds: float) -> str:
    """A duration in the unit that suits it.

    >>> seconds_text(0.032), seconds_text(4.31), seconds_text(83.0), seconds_text(7330.0)
    ('32 ms', '4.3 s', '1 min 23 s', '2 h 2 min')
    """
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def milliseconds_text(value: float) -> str:
    """A short duration, given in milliseconds.

    >>> milliseconds_text(0.000694), milliseconds_text(0.336), milliseconds_text(2345.0)
    ('0.694 µs', '0.336 ms', '2,340 ms')
    """
    return f"{number_text(1000 * value)} µs" if value < 0.1 else f"{number_text(value)} ms"


def megabytes_text(value: float) -> str:
    """An amount of memory, given in megabytes.

    >>> megabytes_text(0.00004), megabytes_text(0.0403), megabytes_text(2.145), megabytes_text(1234.0)
    ('40 B', '40.3 kB', '2.15 MB', '1,230 MB')
    """
    if value < 0.001:
        return f"{1e6 * value:.0f} B"
    return f"{number_text(1000 * value)} kB" if value < 1 else f"{number_text(value)} MB"


def times_text(ratio: float) -> str:
    """A ratio above 1.

    >>> times_text(2.41), times_text(12.3), times_text(1234.0)
    ('2.4 times', '12 times', '1,200 times')
    """
    return f"{float(f'{ratio:.2g}'):,g} times"


def magnitude_text(value: float) -> str:
    """A large count in thousands, millions or billions.

    >>> magnitude_text(950.0), magnitude_text(41_234.0), magnitude_text(2.5e6), magnitude_text(3e9)
    ('950', '41.2 k', '2.5 M', '3 G')
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{number_text(value / size)} {letter}"
    return number_text(value)
