"""The claims page, of made-up verdicts."""

import shutil
import subprocess

import pytest
from made_claims import decided, outcome

from cnn_vs_rnn.claims.advice import advice
from cnn_vs_rnn.claims.verdict import Crossover
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.claim_marks import marks
from cnn_vs_rnn.report.claims_page import write_claims_page

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def everything():
    rows = [
        {"by": "sequence length", "situation": "long", "holds": "an RNN", "fails": "a CNN"},
        {"by": "modality", "situation": "short", "tests": ["10 steps"], "holds": "an RNN", "fails": "a CNN"},
        {"by": "modality", "situation": "middling", "tests": ["40 steps"], "holds": "an RNN", "fails": "a CNN"},
    ]
    return [
        decided(
            "long-sequences",
            "depends",
            outcome("10 steps", "holds", 0.05),
            outcome("40 steps", "fails", -0.04),
            outcome("120 steps", "fails", -0.2),
            crossover=Crossover(at=23.4, low=18.0, high=31.0),
            advised=rows,
        ),
        decided("training-memory", "supported", outcome("a", "holds", 2.31, "times")),
        decided("spatial-data", "undecided", outcome("b", "open", 0.002, note="Only 2 seeds finished.")),
        decided("of-a-user", "refuted", outcome("c", "fails", -0.1)),
    ]


@pytest.fixture
def page(everything, tmp_path):
    found = [
        Measurement(
            task="adding",
            condition="default",
            model="gru",
            family="rnn",
            seed=0,
            quantity="saved_bytes",
            at=at,
            value=at,
        )
        for at in (16.0, 64.0)
    ]
    write_claims_page(tmp_path / "report.html", everything, ["one", "two"], {"made": found}, {"machine": "a <machine>"})
    return tmp_path / "report.html"


def test_advice_follows_the_tests_that_it_rests_on(everything):
    rows = {row.situation: (row.standing, row.text) for row in advice(everything)}
    assert list(rows) == ["short", "middling", "long"]  # by modality first
    assert rows == {"short": ("holds", "an RNN"), "middling": ("fails", "a CNN"), "long": ("open", "")}


def test_a_mark_stands_where_its_effect_is_from_the_margin():
    points = [outcome("a", "holds", 0.05), outcome("b", "fails", -0.03), outcome("c", "open", 0.01)]
    drawn = marks([*points, outcome("d", "holds", 2.2, "times"), outcome("e", "open", None)])
    assert [mark.dot for mark in drawn] == [96.0, 4.0, 50.0, 96.0]
    assert drawn[2].left == pytest.approx(50 - 11.5)
    assert drawn[2].width == pytest.approx(23.0)


def test_every_claim_says_its_verdict_rule_and_figures(page):
    html = page.read_text()
    for text in ("Supported if &lt;it&gt; holds.", "Somebody 1990", "a &lt;machine&gt;", "Only 2 seeds finished."):
        assert text in html
    assert "+5 points" in html
    assert "2.31 times" in html
    assert "23.4 time steps (interval 18 to 31)" in html
    assert html.count('<details class="claim"') == 4
    assert "Not measured on this machine yet: one, two." in html


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_opens_a_claim_that_a_link_aims_at(page, tmp_path):
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--enable-logging=stderr"]
    url = f"{page.as_uri()}#long-sequences"
    done = subprocess.run([*command, "--dump-dom", url], capture_output=True, text=True, timeout=60)
    assert '<details class="claim" id="long-sequences" open="">' in done.stdout
    assert "js-plotly-plot" in done.stdout
    assert "CONSOLE" not in done.stderr
