"""The contests on the standard data sets run to their verdicts through DVC, on a small part of the data."""

import json

import pytest
import yaml
from mirror import needs_mirror
from project import SOURCE
from repository import does, make_repository, ran, repro

FULL = "pipelines/full/dvc.yaml"
EXPERIMENTS = yaml.safe_load((SOURCE / FULL).read_text())["stages"]["full"]["matrix"]["experiment"]
FEW = ("cnn2d", "tcn", "text_cnn", "gru", "majority", "conv_seq2seq", "rnn_seq2seq", "dictionary")
TRANSLATORS = 20_000  # parameters, of which positions take some
PART = {
    "seeds": 2,
    "budget": {"parameters": 3000},
    "trainer": {"accelerator": "auto", "steps": 5, "rounds": 1, "check_longer": False},
    "executor": {"workers": 2},
}


def reduce(path):
    """The same file with fewer samples, epochs, seeds and models, and small networks."""
    settings = yaml.safe_load(path.read_text())
    tasks = next(choice["/task"] for choice in settings["defaults"] if "/task" in choice)
    generated = dict(settings.get("tasks", {}))
    for task in tasks:
        settings.setdefault("tasks", {})[task] = {"limit": 200, "test_limit": 60}
        if "samples" in generated.get(task, {}).get("options", {}):
            settings["tasks"][task]["options"] = {**generated[task]["options"], "samples": 200, "test_samples": 60}
    models = next(choice for choice in settings["defaults"] if "/model" in choice)
    models["/model"] = [model for model in models["/model"] if model in FEW]
    settings["defaults"] = [one for one in settings["defaults"] if not any("@models." in key for key in one)]
    settings.pop("models", None)  # second ways to run a model
    figures = settings.get("published", {})
    settings["published"] = {label: one for label, one in figures.items() if one["model"] in FEW}
    small = {"budget": {"parameters": TRANSLATORS}} if "multi30k" in tasks else {}
    path.write_text("# @package _global_\n" + yaml.safe_dump({**settings, **PART, **small}, sort_keys=False))


@needs_mirror
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_it_runs_on_a_part_of_the_data(experiment, tmp_path):
    project = make_repository(tmp_path)
    reduce(project.root / f"conf/experiment/{experiment}.yaml")
    target = f"{FULL}:full@{experiment}"
    assert "full" in ran(repro(project, target))
    written = project.root / "data/08_reporting" / experiment
    asked = yaml.safe_load((project.root / f"conf/experiment/{experiment}.yaml").read_text())["claims"]
    verdicts = {one["claim"]: one for one in json.loads((written / "verdicts.json").read_text())}
    assert set(asked) <= set(verdicts)
    for claim in asked:
        assert verdicts[claim]["verdict"] == "undecided"  # with two seeds
        assert "Only 2 of the 3 paired seeds" in verdicts[claim]["reason"]
    assert (written / "report.html").is_file()
    assert ran(repro(project, target)) == set()
    assert "data/" not in does(project, "git", "status", "--porcelain", "--untracked-files=all").replace(
        "data/dvc.lock", ""
    )
