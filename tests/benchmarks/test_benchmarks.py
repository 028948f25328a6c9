"""The benchmarks run, small, and print what they promise; how long anything takes is not looked at."""

import re
import sys

from project import SOURCE, Project

from benchmarks import min_gru_scan, tcn_read_out, training_step
from benchmarks.judge import EFFECTS, SPREADS

SMALL = "experiment=quickstart,tasks=digits,models=cnn2d+lstm,seeds=1,trainer.steps=2,trainer.check_longer=false"


def script(name, *arguments):
    done = Project(SOURCE).run(sys.executable, "-m", f"benchmarks.{name}", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_training_step_against_a_bare_loop(monkeypatch, capsys):
    monkeypatch.setattr(training_step, "ROUNDS", 3)
    monkeypatch.setattr(training_step, "STEPS", 2)
    monkeypatch.setattr(training_step, "PARAMS", training_step.PARAMS | {"models": "fcn+lstm"})
    training_step.main()
    printed = capsys.readouterr().out
    for model in ("fcn", "lstm"):
        assert re.search(rf"{model} .* [\d,]+ .* \d+\.\d\d .* \d+\.\d\d .* \d+\.\d\d", printed)


def test_ways_to_read_out_a_tcn(monkeypatch, capsys):
    for name, value in {"LENGTHS": (20,), "WARM_UP": 1, "ROUNDS": 2}.items():
        monkeypatch.setattr(tcn_read_out, name, value)
    tcn_read_out.main()
    assert re.search(r"\b20 (.*\dx){2}", capsys.readouterr().out)


def test_ways_to_scan_a_min_gru(monkeypatch, capsys):
    for name, value in {"LENGTHS": (10, 20), "ROUNDS": 2}.items():
        monkeypatch.setattr(min_gru_scan, name, value)
    min_gru_scan.main()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]] == ["10", "20"]


def test_what_an_experiment_costs_beside_its_training():
    printed = script("scale", "20,40")
    for stage in ("plan, nothing trained", "fit, all trained", "tracking: test", "write the report"):
        assert re.search(rf"{stage} .*\d\.\d", printed)


def test_one_worker_against_two():
    assert re.search(r"\d s with one worker, \d+ s with two: \d+\.\d\dx as fast", script("workers", SMALL))


def test_how_often_the_judge_errs():
    lines = [line.split("│")[1:-1] for line in script("judge", "1").splitlines() if line.startswith("│")]
    assert len(lines) == len(EFFECTS) * len(SPREADS) * 3
    assert all(len(cells) == 9 for cells in lines)
