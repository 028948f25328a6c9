"""The colours of the report: those of Okabe and Ito (2008), told apart by colour-blind readers as well."""

from cnn_vs_rnn.config import Family

FAMILY_COLOURS: dict[Family, str] = {
    "cnn": "#0072b2",
    "rnn": "#d55e00",
    "hybrid": "#009e73",
    "baseline": "#7a7f87",
}
INK, MUTED, RULE, PAPER = "#1f2933", "#6b7785", "#dfe3e8", "#ffffff"


def tint(colour: str, strength: float) -> str:
    """The colour laid thinly on paper: strength 0 is white, 1 the colour itself.

    >>> tint("#0072b2", 0.0), tint("#0072b2", 1.0)
    ('rgb(255, 255, 255)', 'rgb(0, 114, 178)')
    """
    return f"rgb({', '.join(str(round(255 + strength * (part - 255))) for part in _parts(colour))})"


def see_through(colour: str, opacity: float) -> str:
    """The colour as a glaze, for areas that lie over each other.

    >>> see_through("#0072b2", 0.2)
    'rgba(0, 114, 178, 0.2)'
    """
    return f"rgba({', '.join(map(str, _parts(colour)))}, {opacity})"


def _parts(colour: str) -> list[int]:
    """Red, green and blue."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
