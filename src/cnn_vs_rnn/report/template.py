"""Pages from templates: one file each, with style, script and figures inside, so that they open without a network."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jinja2
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from cnn_vs_rnn.report.palette import FAMILY_COLOURS
from cnn_vs_rnn.statistics.words import FAMILY_WORDS, magnitude_text, number_text, seconds_text


def render(template: str, **context: Any) -> str:
    """A template of this package, filled; a name that it uses and nobody gave is an error."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("cnn_vs_rnn.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "count": lambda value: f"{value:,}",
        "number": number_text,
        "magnitude": magnitude_text,
        "seconds": seconds_text,
        "figure": _embedded,
    }
    return templates.get_template(template).render(
        family_words=FAMILY_WORDS,
        colours=FAMILY_COLOURS,
        style=_file("report.css"),
        drawing=_file("drawing.js"),
        plotly=Markup(get_plotlyjs()),
        **context,
    )


def _file(name: str) -> Markup:
    return Markup(resources.files("cnn_vs_rnn.report").joinpath(name).read_text("utf-8"))


def _embedded(figure: go.Figure, label: str) -> Markup:
    """The box that the page's script draws the figure in, once it comes into view."""
    plain = json.loads(figure.to_json() or "{}")
    drawn = json.dumps({"data": plain["data"], "layout": plain["layout"]}, separators=(",", ":"))
    height = int(figure.layout["height"])
    return Markup(
        '<div class="figure" role="img" aria-label="{}" style="min-height:{}px">'
        '<script type="application/json">{}</script></div>'
    ).format(label, height, Markup(drawn.replace("<", "\\u003c")))
