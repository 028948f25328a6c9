"""The page from a folder of files to a served model: its five commands are run, and the served model answers."""

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from own_data import made
from PIL import Image
from project import SOURCE, make_project

# The same contest, small: the page itself leaves the settings to the data.
SHORT = "trainer.steps=30,trainer.rounds=2,trainer.check_longer=false"
SMALL = f"models=cnn2d+gru+majority,seeds=2,{SHORT},budget.parameters=2000,executor.workers=2"
PORT = 5001  # on the page
PAGE = (SOURCE / "docs/take-it-along.md").read_text(encoding="utf-8")


def commands():
    (block,) = re.findall(r"^## [^\n]*five commands\n\n```sh\n(.*?)^```$", PAGE, re.M | re.S)
    return block.splitlines()


@pytest.fixture
def project(tmp_path):
    project = make_project(tmp_path / "project")
    photos = made.images(project.root / "photos", each=15)
    for name, shown in (("class 0", "bag"), ("class 1", "boot")):
        (photos / name).rename(photos / shown)
    return project


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@contextlib.contextmanager
def served(command, project, port):
    """The server, once it answers; ended with its children."""
    with (project.root / "served.txt").open("w") as said:
        # Without this copy of the library on the path: what is served brings its own.
        environment = {name: value for name, value in project.environment().items() if name != "PYTHONPATH"}
        server = subprocess.Popen(
            shlex.split(command), cwd=project.root, env=environment, stdout=said, stderr=said, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/ping", server, project.root / "served.txt")
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def wait_for(address, server, said):
    for _ in range(600):
        assert server.poll() is None, said.read_text()
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    pytest.fail(said.read_text())


def shell(command, project):
    done = project.run("bash", "-c", command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_five_commands_lead_from_a_folder_to_a_served_model(project):
    port = free_port()
    lines = [line.replace("path=photos", f"path=photos,{SMALL}").replace(str(PORT), str(port)) for line in commands()]
    contest, export, serve, write_question, ask = lines
    shell(contest, project)
    said = shell(export, project)
    folder = Path("data/08_reporting/my_data/export/photos")
    assert re.search(r"^export  photos: (cnn2d|gru|majority), seed \d \(\w+\)$", said, re.M)
    assert re.search(rf"^onnx    {folder}/model.onnx, within \S+ of PyTorch$", said, re.M)
    assert said.splitlines()[-1] == f"serve   {serve.replace(str(port), str(PORT))}"
    with served(serve, project, port):
        shell(write_question, project)
        (answer,) = json.loads(shell(ask, project))["predictions"]
        (project.root / "question.json").write_text('{"dataframe_records": [{"image": "bm8gaW1hZ2U="}]}')
        refused = json.loads(shell(ask, project))
    assert refused["error_code"] == "INVALID_PARAMETER_VALUE"
    assert refused["message"].endswith("image 1: it is no image")
    assert "Traceback" not in json.dumps(refused)
    probabilities = answer["probabilities"]
    assert list(probabilities) == ["bag", "boot"]
    assert answer["class"] == max(probabilities, key=probabilities.__getitem__)
    assert answer["probability"] == probabilities[answer["class"]]
    # the ONNX file beside it gives the same answer to the same picture
    with Image.open(project.root / "photos/bag/1.png") as image:
        pixels = np.asarray(image.convert("L"), np.float32)[None, None]
    session = onnxruntime.InferenceSession(project.root / folder / "model.onnx")
    np.testing.assert_allclose(session.run(None, {"inputs": pixels})[0][0], list(probabilities.values()), atol=1e-4)
