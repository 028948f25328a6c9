"""Many contests: folded up on the page, and worked out at a cost that grows as they do."""

from collections import Counter

from cnn_vs_rnn.report import page
from cnn_vs_rnn.report.page import write_report
from cnn_vs_rnn.statistics import duel, standing, summary
from cnn_vs_rnn.statistics.judge import judge
from cnn_vs_rnn.statistics.standing import by_contest, remembering, standings
from cnn_vs_rnn.statistics.summary import read_predictions, trials_by_model


def conditions(count):
    return tuple(f"samples={100 * (1 + at)}" for at in range(count))


def test_many_contests_are_folded_up_and_linked_from_the_overview(made_up, tmp_path, monkeypatch):
    path, report = tmp_path / "report.html", made_up(("digits",), conditions=conditions(4), seeds=3).report()
    write_report(path, report)
    few = path.read_text("utf-8")
    monkeypatch.setattr(page, "FOLDED_FROM", 4)
    write_report(path, report)
    many = path.read_text("utf-8")
    assert few.count('<details class="claim contest') == 0
    assert many.count('<details class="claim contest') == 4
    for at, condition in enumerate(conditions(4), start=1):
        assert f'<a href="#contest-{at}">digits, {condition}</a>' in many
        assert f'id="contest-{at}"' in many
    assert many.count('class="figure"') == few.count('class="figure"') > 0  # nothing is left out
    for section in ("leaderboard", "cost", "curves", "intervals", "confusion"):
        assert f'href="#{section}"' in few
        assert f'"#{section}"' not in many
        assert f'id="{section}"' not in many
    assert many.count("Up and to the left is better.") == 1  # said once, not with every contest


def test_a_table_of_failures_has_an_end(everything, tmp_path):
    failed = everything.failed * 30
    write_report(tmp_path / "report.html", everything.report(failed=failed))
    html = (tmp_path / "report.html").read_text("utf-8")
    assert html.count("out of memory") == 20
    assert "And 40 more, in trials.csv." in html


def test_a_contest_looks_at_its_own_trials_alone_and_reads_each_a_few_times(made_up, tmp_path, monkeypatch):
    made = made_up(("digits",), conditions=conditions(5), seeds=3, samples=40)
    report, own, reads, seen = made.report(), by_contest(made.results), Counter(), set()
    in_a_contest = len(made.results) // 5
    monkeypatch.setattr(standing, "KEPT", in_a_contest)

    def counting(trial):
        reads[trial.predictions] += 1
        return read_predictions(trial)

    def grouped(results, task, condition):
        seen.add(len(list(results)))
        return trials_by_model(results, task, condition)

    for module in (summary, duel, standing):
        monkeypatch.setattr(module, "trials_by_model", grouped)
    read = remembering(counting)
    for condition in made.experiment.conditions:
        task = made.experiment.tasks["digits"]
        judge(task, condition, own[task.name, condition], read, made.experiment.statistics)
    standings(made.experiment, made.results, read)
    write_report(tmp_path / "report.html", report, read)
    assert seen == {in_a_contest, 0}  # in overtime there are none
    assert set(reads) == {trial.predictions for trial in made.results}
    assert max(reads.values()) <= 4  # to judge, to sum up, for its figures, against the trivial answer
