"""Files come from the mirror, from what was fetched before, or from a real server on this machine; all are verified."""

import gzip
import hashlib
import http.server
import io
import socket
import tarfile
import threading
import zipfile

import pytest

from cnn_vs_rnn.config import SourceFile, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks import fetch
from cnn_vs_rnn.tasks.archive import content_digest, members
from cnn_vs_rnn.tasks.fetch import fetched, keep

CONTENT = bytes(range(256)) * 4000
PATH = "toy/data.bin"


class Answers(http.server.BaseHTTPRequestHandler):
    """One address a kind of trouble."""

    body = CONTENT
    asked = []  # addresses, in order

    def do_GET(self):
        self.asked.append(self.path)
        match self.path:
            case "/whole":
                self.answer(200, self.body)
            case "/moved":
                self.answer(302, b"", location="/whole")
            case "/cut":  # promises all, sends half, hangs up
                self.answer(200, self.body[: len(self.body) // 2], promised=len(self.body))
            case "/cut-unsaid":  # sends half, and nobody said how much there is
                self.answer(200, self.body[: len(self.body) // 2])
            case "/changed":
                self.answer(200, self.body[:-1] + b"!")
            case "/silent":  # sends half, then nothing
                self.answer(200, self.body[: len(self.body) // 2], promised=len(self.body), hold=1.5)
            case _:
                self.answer(404, b"no such file")

    def answer(self, status, body, promised=None, location=None, hold=0.0):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        threading.Event().wait(hold)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    """The address of a server; addresses of this machine are never asked for at a proxy."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(Answers, "body", CONTENT)
    Answers.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """An empty project to work in, without a mirror."""
    (tmp_path / "project").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.delenv("DATA_MIRROR", raising=False)
    return tmp_path / "project"


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    folder = tmp_path / "mirror"
    (folder / "toy").mkdir(parents=True)
    monkeypatch.setenv("DATA_MIRROR", str(folder))
    return folder


def task(origin, path=PATH, content=CONTENT, **more):
    file = SourceFile(path=path, sha256=hashlib.sha256(content).hexdigest(), origin=origin, **more)
    return TaskConfig(
        name="toy",
        target="nowhere:load",
        modality="series",
        description="",
        source="",
        loss="cross_entropy",
        score="accuracy",
        equivalence=0.01,
        files=(file,),
    )


def fails(config, *said, path=PATH):
    """One sentence that says so; nothing is left behind."""
    with pytest.raises(UserError) as caught:
        fetched(config, path)
    text = str(caught.value)
    assert "\n" not in text
    assert "task toy" in text
    for part in said:
        assert part in text
    leftover = [found for folder in (fetch.RAW, fetch.RAW.parent) for found in folder.rglob("*") if found.is_file()]
    assert not leftover
    return text


def test_what_the_origin_sends_is_kept_and_not_asked_for_again(server, caplog):
    caplog.set_level("INFO")
    config = task(f"{server}/moved")
    first = fetched(config, PATH)
    assert first == fetch.RAW / PATH
    assert first.read_bytes() == CONTENT
    assert [path.name for path in first.parent.iterdir()] == ["data.bin"]
    assert Answers.asked == ["/moved", "/whole"]
    assert fetched(config, PATH) == first
    assert len(Answers.asked) == 2
    assert "1.0 MB" in caplog.text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/cut", ["interrupted"]),
        ("/silent", ["no answer within 0.5 s"]),
        ("/cut-unsaid", ["not the published file", "thrown away"]),
        ("/changed", ["not the published file", "thrown away"]),
        ("/nowhere", ["answer 404", "DATA_MIRROR"]),
    ],
)
def test_a_download_that_fails_leaves_nothing_behind(server, monkeypatch, tmp_path, address, said):
    monkeypatch.setattr(fetch, "TIMEOUT_SECONDS", 0.5)
    fails(task(server + address), f"{server}{address}", *said)
    assert not list((tmp_path / "temporary").iterdir())
    assert fetched(task(f"{server}/whole"), PATH).read_bytes() == CONTENT  # and the next one is served as if new


def test_no_network_and_no_mirror_is_one_line(mirror):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unused.getsockname()[1]}/data"
    fails(task(origin), origin, "no connection", f"set DATA_MIRROR to a folder that holds {PATH}")
    fails(task("http://no-such-host.invalid/data"), "no connection", "DATA_MIRROR")


def test_the_mirror_comes_first_and_is_verified(server, mirror, project):
    config = task(f"{server}/whole")
    (mirror / PATH).write_bytes(CONTENT)
    assert fetched(config, PATH) == mirror / PATH
    (mirror / PATH).write_bytes(CONTENT[:-1])
    fails(config, str(mirror / PATH), "not the published file")
    assert not Answers.asked
    (mirror / PATH).unlink()
    assert fetched(config, PATH) == fetch.RAW / PATH
    assert Answers.asked == ["/whole"]


def test_what_was_fetched_is_verified_whenever_it_is_read(server):
    config = task(f"{server}/whole")
    path = fetched(config, PATH)
    path.write_bytes(CONTENT + b"!")
    with pytest.raises(UserError, match=r"data/01_raw/toy/data.bin is not the published file.*remove it"):
        fetched(config, PATH)


def test_a_file_that_is_not_listed_is_a_mistake_of_the_loader():
    with pytest.raises(
        UserError, match=r"task toy lists no file 'toy/dta.bin' under files: did you mean toy/data\.bin"
    ):
        fetched(task("http://127.0.0.1:9/"), "toy/dta.bin")


def test_the_same_content_packed_otherwise_is_accepted_and_nothing_else(server, monkeypatch):
    """A repository as a zip, with other files beside ours, stands for a tar.gz of ours."""
    ours = {"one.txt": b"first", "two.txt": b"second"}
    more = {"content_sha256": content_digest(ours), "members": r"texts/\w+\.txt$"}

    def archive(**changed):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as packed:
            packed.writestr("repository/README.txt", "more")
            for name, content in {**ours, **changed}.items():
                packed.writestr(f"repository/texts/{name}", content)
        return stream.getvalue()

    config = task(f"{server}/whole", "toy/texts.tar.gz", tarred(ours), **more)
    monkeypatch.setattr(Answers, "body", archive(**{"two.txt": b"changed"}))
    fails(config, "not the published file", path="toy/texts.tar.gz")
    monkeypatch.setattr(Answers, "body", archive(**{"three.txt": b"more"}))
    fails(config, "not the published file", path="toy/texts.tar.gz")
    monkeypatch.setattr(Answers, "body", b"no archive")
    fails(config, "not the published file", path="toy/texts.tar.gz")
    monkeypatch.setattr(Answers, "body", archive())
    path = fetched(config, "toy/texts.tar.gz")
    assert content_digest(members(path, only=more["members"])) == content_digest(ours)
    assert fetched(config, "toy/texts.tar.gz") == path  # verified by its content again


def test_a_gzipped_file_may_come_as_it_is(server, monkeypatch):
    monkeypatch.setattr(Answers, "body", b"1,2\n")
    digest = content_digest({"table.csv": b"1,2\n"})
    config = task(f"{server}/whole", "toy/table.csv.gz", gzip.compress(b"1,2\n", mtime=0), content_sha256=digest)
    assert members(fetched(config, "toy/table.csv.gz")) == {"table.csv": b"1,2\n"}


def test_a_copy_is_kept_where_dvc_can_pin_it(mirror):
    (mirror / PATH).write_bytes(CONTENT)
    config = task("http://127.0.0.1:9/")
    assert keep(config, config.files[0]) == fetch.RAW / PATH
    assert (fetch.RAW / PATH).read_bytes() == CONTENT


def tarred(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()
