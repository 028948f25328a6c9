"""`kedro run --params experiment=my_data,path=...` on real files, from the command line to the report."""

import csv
import html
import json
import re
import subprocess
import sys
from typing import get_args

import pytest
from own_data.made import images, texts
from project import make_project

from cnn_vs_rnn.statistics.contest import Verdict

FEW = "seeds=2,trainer.steps=30,trainer.rounds=2,trainer.check_longer=false,budget.parameters=2000,executor.workers=2"


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


def test_images_from_the_command_to_the_report(project):
    photos = images(project.root / "My Photos = größer", classes=2, each=15)
    (photos / "class 0/0.png").write_text("no image")
    (photos / "class 1/copy.png").write_bytes((photos / "class 1/1.png").read_bytes())
    params = f"experiment=my_data,path=My Photos = größer,models=cnn2d+gru+majority,{FEW}"
    answer = project.kedro("run", "--params", params)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    lines = answer.stdout.splitlines()
    assert lines[0] == ("found   31 images, grey, taken to 12x10 pixels (height=, width= and colour= change that)")
    assert "found   2 classes: class 0 (15), class 1 (16)" in lines
    assert (
        "found   few samples: each seed draws a test part of its own (tasks.my_photos_groer.repeated" in answer.stdout
    )
    assert re.search(r"found   settings: .* roughly \d+ min of training on 2 cores", answer.stdout)
    assert "1 quarantined, the first class 0/0.png: it is no image" in answer.stdout
    assert answer.stdout.index("found ") < answer.stdout.index("plan ") < answer.stdout.index("best CNN")
    report = project.root / "data/08_reporting/my_data"
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "class 0/0.png" in page
    assert "path=My Photos = größer" in page  # the command that runs it again
    with (report / "leaderboard.csv").open(newline="") as file:
        board = list(csv.DictReader(file))
    assert {row["model"] for row in board} == {"cnn2d", "gru", "majority"}
    assert {row["task"] for row in board} == {"my_photos_groer"}
    assert json.loads((report / "verdicts.json").read_text())
    advice = json.loads((report / "recommendation.json").read_text())
    assert (advice["task"], advice["condition"]) == ("my_photos_groer", "default")
    assert advice["decision"] in get_args(Verdict)
    assert set(advice["costs"]) == {"cnn2d", "gru", "majority"}
    assert advice["choice"] in advice["costs"]
    assert advice["costs"]["gru"]["batch_latency_ms"] > 0
    assert advice["under"] == []
    assert f"kedro run --pipelines export --params '{params}'" in html.unescape(page)
    assert "The most telling errors" in page
    assert re.search("^advice  [A-Z]", answer.stdout, re.MULTILINE)


def test_several_budgets_give_one_advice_and_that_of_each(project):
    images(project.root / "photos", classes=2, each=15)
    params = (
        f"experiment=my_data,path=photos,models=cnn2d+gru+majority,budget=parameters+flops,budget.flops=65000,{FEW}"
    )
    answer = project.kedro("run", "--params", params)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    advice = json.loads((project.root / "data/08_reporting/my_data/recommendation.json").read_text())
    assert [one["condition"] for one in advice["under"]] == ["equal parameters", "equal FLOPs"]
    assert advice["choice"] in [one["choice"] for one in advice["under"]]
    assert "equal FLOPs" in advice["reason"]


def test_a_table_asked_for_from_another_folder_and_again_after_the_project_moved(project, tmp_path):
    (project.root / "own").mkdir()
    texts(60).to_csv(project.root / "own/reviews.csv", index=False)
    params = f"experiment=my_data,path=reviews.csv,models=text_cnn+gru+majority,{FEW}"
    command = ["run", "--pipelines", "ingestion,augmentation,training", "--params"]
    answer = subprocess.run(
        [sys.executable, "-m", "kedro", *command, params],
        cwd=project.root / "own",
        env=project.environment(),
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    project.root = project.root.rename(tmp_path / "moved")
    (project.root / "own/reviews.csv").touch()
    answer = project.kedro(*command, params.replace("reviews.csv", "own/reviews.csv"))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "60 texts in column 'review', labels in 'mood'" in answer.stdout
    assert "all 6 trials are trained already" in answer.stdout


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ("", "experiment=my_data needs your data: kedro run --params experiment=my_data,path=FOLDER_OR_FILE"),
        (",path=nowhere", "nowhere: there is no such file or folder; check its spelling"),
        (",path=a,b", "'b' is not of the form key=value (commas separate: a path with one needs another name)"),
        (
            ",path=conf,kind=video",
            "kind='video' is refused: input should be 'auto', 'image', 'text', 'audio', 'series' or 'translation'",
        ),
        (",path=conf,horizon=0", "horizon='0' is refused: input should be greater than or equal to 1"),
    ],
)
def test_a_mistake_is_answered_in_one_line(project, params, said):
    answer = project.kedro("run", "--params", f"experiment=my_data{params}")
    assert answer.returncode != 0
    assert said in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr
