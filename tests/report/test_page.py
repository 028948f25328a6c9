"""The page survives every kind of result, says what matters, and stands alone."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.report.page import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page(HTMLParser):
    """What a browser would fetch, and the text that a reader would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.text = ""
        self.figures = 0
        self.hidden = ""
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.fetched += [values[name] or "" for name in ("src", "href", "srcset", "action", "data") if name in values]
        self.figures += values.get("class") == "figure"
        self.hidden = tag if tag in ("script", "style") else self.hidden

    def handle_endtag(self, tag):
        self.hidden = "" if tag == self.hidden else self.hidden

    def handle_data(self, data):
        if not self.hidden:
            self.text += data + " "


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.html"


@pytest.fixture
def read(path):
    def write(report) -> Page:
        write_report(path, report)
        return Page(path.read_text("utf-8"))

    return write


def test_everything_is_on_the_page(everything, read):
    report = everything.report()
    page = read(report)
    for contest in report.contests:
        assert contest.reason in page.text
        assert all(caution in page.text for caution in contest.cautions)
    assert "2 of 120 trials failed" in page.text
    assert "out of memory" in page.text
    assert "collapsed 5/5" in page.text
    assert "unfinished" in page.text
    assert "unfinished 5/5" not in page.text  # it was asked of one seed
    assert "kedro run --params experiment=quickstart" in page.text
    assert "1 left out" in page.text
    assert "1d3376c0ffee" in page.text
    assert page.text.index("trials failed") < page.text.index("CNN better")
    order = ["Leaderboard", "Score and cost", "Learning curves", "Intervals", "Confusion", "What training sees", "Data"]
    places = [page.text.rindex(f" {heading} ") for heading in order]
    assert places == sorted(places)


def test_nothing_is_fetched(everything, read, path):
    page = read(everything.report())
    assert page.fetched
    assert all(link.startswith(("#", "data:")) for link in page.fetched)
    html = path.read_text("utf-8")
    own = html[: html.index("<script>")]  # plotly's own code follows
    assert "@import" not in own
    assert "url(" not in own
    assert html.count("plotly.js v") == 1


def test_no_raw_numbers(everything, read):
    page = read(everything.report())
    assert re.findall(r"\d\.\d{7,}", page.text) == []
    assert not re.search(r"\b(nan|None|inf)\b", page.text)


def test_regression_alone(made_up, read):
    page = read(made_up(("adding",)).report())
    assert "MSE" in page.text
    assert "Confusion" not in page.text


def test_a_step_by_step_task_alone(made_up, read):
    page = read(made_up(("copy_memory",)).report())
    assert "NLL, nats" in page.text
    assert "Confusion" not in page.text


def test_several_conditions(made_up, read):
    page = read(made_up(("digits", "adding"), conditions=("samples=100", "samples=400")).report())
    assert "digits, samples=400" in page.text
    assert page.figures == 4 * 4 + 4 * 4 + 4 + 2 * 4 + 2 * 4  # cost, curves, intervals, confusion, values


def test_an_absent_family(made_up, read):
    report = made_up(("digits",), without=("rnn",)).report()
    assert report.contests[0].verdict == "undecided"
    assert "No RNN finished this task" in read(report).text


def test_baselines_alone(made_up, read):
    page = read(made_up(("digits",), without=("cnn", "rnn", "hybrid")).report())
    assert "No CNN and no RNN finished" in page.text
    assert "Learning curves" not in page.text


def test_a_single_seed(made_up, read):
    report = made_up(("digits",), seeds=1).report()
    assert report.contests[0].verdict == "undecided"
    page = read(report)
    assert "Only 1 of the 3 paired seeds" in page.text
    assert "1 seed ·" in page.text


def test_no_result_at_all(made_up, read):
    made = made_up(("digits",))
    page = read(made.report(results=[], costs=[], contests=made.report().contests[:0], previews={}, cards={}))
    assert page.figures == 0
    made.results.clear()
    page = read(made.report(costs=[]))
    assert "No model finished" in page.text


def test_scores_that_are_not_finite(made_up, read):
    made = made_up(("adding",))
    made.results = [
        trial.model_copy(
            update={
                "test_score": float("nan"),
                "valid_score": float("inf"),
                "kept_round": 0,
                "flags": ("diverged",),
            }
        )
        if trial.model == "gru"
        else trial
        for trial in made.results
    ]
    for trial in made.results:
        if trial.model == "gru":
            break_results(Path(trial.directory))
    made.results = [trial.model_copy(update={"retried": trial.model == "lstm"}) for trial in made.results]
    page = read(made.report())
    assert "diverged 5/5" in page.text
    assert "retried 5/5" in page.text
    assert not re.search(r"\bnan\b", page.text)


def break_results(directory: Path) -> None:
    nothing = np.empty(0)
    Predictions(np.full(360, np.nan), nothing, nothing).write(directory / "predictions.npz")
    rows = "round,step,train_loss,valid_loss,valid_score\n0,24,0.5,0.4,0.4\n1,48,inf,nan,nan\n"
    (directory / "history.csv").write_text(rows)


def test_costs_may_be_missing(made_up, read):
    page = read(made_up(("digits",)).report(costs=[]))
    assert "Training time" in page.text  # from the trials themselves
    assert "Latency" in page.text
    assert "FLOPs a sample" not in page.text


def test_names_from_data_are_no_markup(made_up, read, path):
    names = ["<script>alert(1)</script>", "</script><b>"] + [str(digit) for digit in range(2, 10)]
    made = made_up(("digits",))
    read(made.report(classes={"digits": names}, environment={"<i>": "<img src=http://evil>"}))
    html = path.read_text("utf-8")
    assert "<script>alert(1)" not in html
    assert "</script><b>" not in html
    assert "<img src=http" not in html


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_draws_every_figure(everything, read, path, tmp_path):
    figures = read(everything.report()).figures
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,12000", "--virtual-time-budget=30000"]
    done = subprocess.run(
        [*command, "--enable-logging=stderr", "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=60
    )
    assert figures > 30
    assert done.stdout.count('class="figure js-plotly-plot"') == figures
    assert "CONSOLE" not in done.stderr
