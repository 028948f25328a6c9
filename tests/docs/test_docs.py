"""What README and docs/ say is tried: diffs are applied to a copy, commands composed, names and links looked up."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dvc.cli import parser as dvc_parser
from kedro.framework.cli.project import run as kedro_run
from own_data import made

from pipelines.config_loader import compose_experiment
from pipelines.fetch import files_of, read_task
from pipelines.pipeline_registry import AFTERWARDS, STAGES

PROJECT = Path(__file__).parents[2]
GUIDES = sorted((PROJECT / "docs").glob("add-*.md"))
TOP = [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")]
PAGES = TOP + sorted((PROJECT / "docs").rglob("*.md"))
IN_FOLDERS = r"(?:conf|src|pipelines|tests|docs|benchmarks)"


def name_of(page):
    return page.relative_to(PROJECT).as_posix()


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)


def commands(page):
    """The command lines of a page, split into words, comments left out."""
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def option(words, name):
    return words[words.index(name) + 1] if name in words else ""


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """Page -> a copy of the project with the diffs of that page applied; pages without diffs share the project."""
    made = {}

    def copy_of(page):
        diffs = blocks(page, "diff")
        if not diffs:
            return PROJECT
        if page not in made:
            made[page] = tmp_path_factory.mktemp(page.stem) / "project"
            ignored = shutil.ignore_patterns(".*", "data", "__pycache__", "*.egg-info", "mlruns", "dvc_plots", "build")
            shutil.copytree(PROJECT, made[page], ignore=ignored)
            for diff in diffs:
                apply(diff, made[page])
        return made[page]

    return copy_of


def apply(diff, folder):
    # Below another repository `git apply` would silently skip files outside of it.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    done = subprocess.run(
        ["git", "apply", "--verbose", "-"], input=diff, cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for name in re.findall(r"^\+\+\+ b/(.+)$", diff, re.M):
        assert (folder / name).exists(), f"{name} was not written: {done.stderr}"


def run(folder, *arguments):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_what_a_guide_adds_is_trained(page, after):
    (words,) = [words for words in commands(page) if words[:2] == ["kedro", "run"]]
    trained = run(after(page), PROJECT / "tests/docs/one_batch.py", option(words, "--params"))
    (name,) = {Path(name).stem for name in re.findall(r"^\+\+\+ b/(conf/.+)$", page.read_text("utf-8"), re.M)}
    assert trained
    assert name in trained.split() or f"experiment={name}" in option(words, "--params")


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_the_suites_cover_what_a_guide_adds(page, after):
    for words in [words for words in commands(page) if words[0] == "pytest"]:
        passed = run(after(page), "-m", "pytest", "-q", "-p", "no:cacheprovider", *words[1:])
        assert re.search(r"[1-9]\d* passed", passed), passed


@pytest.fixture(scope="module")
def own_data(tmp_path_factory):
    """A folder with small data of the names that the pages use."""
    folder = tmp_path_factory.mktemp("own")
    made.images(folder / "photos")
    for name in ("recordings", "spoken_digits"):
        made.sounds(folder / name)
    for name in ("ECG200", "PowerCons", "SyntheticControl"):
        (folder / name).mkdir()
        for part in ("TRAIN", "TEST"):
            made.tsv(folder / name / f"{name}_{part}.tsv", *made.series())
    made.texts().rename(columns={"review": "question", "mood": "kind"}).to_csv(folder / "questions.csv", index=False)
    made.translations().to_csv(folder / "pairs.csv", index=False)
    made.pair_files(folder / "corpus")
    made.wide_table(400).rename(columns={"load": "OT"}).to_csv(folder / "load.csv", index=False)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_are_accepted(page, after, own_data):
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.M)
    for words in commands(page):
        match words:
            case ["make", target, *_]:
                assert target in targets
            case ["kedro", "run", *arguments]:
                context = kedro_run.make_context("run", list(arguments))  # refuses an unknown option
                assert set(context.params["pipelines"] or ()) <= {*STAGES, *AFTERWARDS}
                params = dict(item.split("=", 1) for item in option(words, "--params").split(",") if item)
                if "path" in params:
                    params["path"] = str(own_data / Path(params["path"]).name)
                compose_experiment(after(page) / "conf", params)
            case ["dvc", *arguments]:
                dvc_parser.get_main_parser().parse_args(arguments)  # exits where it knows no such command
            case ["python", "-m", "pipelines.fetch" | "pipelines.claims", *tasks]:
                assert all(files_of(read_task(task)) for task in tasks)
            case ["mlflow", "models", "serve", *_] | ["curl" | "echo" | "export" | "apt-get" | "service" | "su", *_]:
                # run by test_take_it_along.py; tried by hand, as root on a machine of its own
                assert page.stem in ("take-it-along", "tracking-server", "cluster")
            case ["pytest", name, *_] | ["python", "-m", name, *_] | ["python", name]:
                path = PROJECT / name.removesuffix(".py").replace(".", "/")
                assert path.is_dir() or path.with_suffix(".py").is_file()
            case [("kedro" | ".venv/bin/pre-commit"), ("viz" | "install"), *_] | [
                "git",
                "add" | "commit" | "clone",
                *_,
            ]:
                pass  # of tools that need not be installed here, and of data that is not here
            case _:
                pytest.fail(f"no test knows the command {shlex.join(words)}")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_names_of_files_lead_somewhere(page, after):
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"^```(?:diff|text|python)\n.*?^```$", "", text, flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
        assert "://" not in target, "links lead to files of this repository"
        assert (page.parent / target).exists(), target
    for heading in re.findall(r"\]\([^)]*#([^)]+)\)", prose):
        headings = [
            h.strip().lower().replace("-", " ")
            for p in PAGES
            for h in re.findall(r"^#+ (.+)$", p.read_text("utf-8"), re.M)
        ]
        assert heading.replace("-", " ") in headings
    for name in re.findall(rf"`({IN_FOLDERS}/[\w./-]+)`", prose):
        assert (after(page) / name).exists(), name
    for name in re.findall(r"`(data/0\d_\w+)", prose):
        assert name.removeprefix("data/") in known_data_folders(), name


def known_data_folders():
    written = "".join((PROJECT / name).read_text() for name in ("pipelines/rooms.py", "conf/base/mlflow.yml"))
    return {*re.findall(r"0\d_\w+", written), "01_raw"}


def test_the_readme_lists_every_task_and_model():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    tasks, models = (readme[readme.index(head) :].split("\n\n")[0] for head in ("| task |", "| family |"))
    for group, table in (("task", tasks), ("model", models)):
        on_disk = {path.stem for path in (PROJECT / "conf" / group).glob("*.yaml")}
        assert set(re.findall(r"`(\w+)`", table)) == on_disk
    for path in (PROJECT / "conf/model").glob("*.yaml"):
        row = next(line for line in models.splitlines() if f"`{path.stem}`" in line)
        assert row.startswith(f"| {yaml.safe_load(path.read_text())['family']} ")


def test_the_readme_stays_short():
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130
