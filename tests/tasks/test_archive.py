"""Archives of every kind are read in memory, and those made to do harm are refused in one sentence."""

import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.archive import content_digest, members

FILES = {"data/a.txt": b"first", "data/deep/b.txt": b"second", "readme.md": b""}


def zipped(path, files=FILES):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("data")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path, files=FILES, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def tarred_special(path, **attributes):
    info = tarfile.TarInfo("data/odd")
    for name, value in attributes.items():
        setattr(info, name, value)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(info)
    return path


def refused(path, match, **arguments):
    with pytest.raises(UserError, match=match) as caught:
        members(path, **arguments)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


def test_all_kinds_give_the_same_files(tmp_path):
    assert members(zipped(tmp_path / "a.zip")) == FILES
    assert members(tarred(tmp_path / "a.tar.gz")) == FILES
    assert members(tarred(tmp_path / "a.tar", mode="w")) == FILES
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"1,2"))
    assert members(tmp_path / "a.csv.gz") == {"a.csv": b"1,2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv.gz", "a.tar", "a.tar.gz", "a.zip"]


def test_only_what_is_wanted_is_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {**FILES, "huge": bytes(10**6)})
    assert members(path, only=r"\.txt$", largest=100) == {
        name: FILES[name] for name in ("data/a.txt", "data/deep/b.txt")
    }


def test_content_is_the_same_however_it_is_packed(tmp_path):
    digest = content_digest(FILES)
    turned = {f"elsewhere/{name.rpartition('/')[2]}": FILES[name] for name in reversed(FILES)}
    assert content_digest(members(tarred(tmp_path / "a.tar.gz", turned))) == digest
    assert content_digest({**FILES, "data/a.txt": b"First"}) != digest
    assert content_digest({**FILES, "more": b""}) != digest
    assert content_digest({"a": b"bc"}) != content_digest({"ab": b"c"})


@pytest.mark.parametrize("name", ["../a.txt", "data/../../a.txt", "/etc/a.txt", "C:\\a.txt", "..\\a.txt"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_outside_are_refused(tmp_path, pack, name):
    path = pack(tmp_path / f"a{'.zip' if pack is zipped else '.tar.gz'}", {name: b"x"})
    refused(path, "leads outside")
    refused(path, "leads outside", only="nothing of this name")


@pytest.mark.parametrize(
    "attributes",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "data/a.txt"},
        {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
        {"type": tarfile.FIFOTYPE},
    ],
    ids=["symlink", "hard link", "device", "pipe"],
)
def test_links_and_devices_are_refused(tmp_path, attributes):
    refused(tarred_special(tmp_path / "a.tar.gz", **attributes), "link or a device")


def test_a_link_in_a_zip_is_refused(tmp_path):
    info = zipfile.ZipInfo("data/odd")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(tmp_path / "a.zip", "link or a device")


def test_bombs_are_stopped(tmp_path):
    many = {f"{number}": bytes(4 * 10**5) for number in range(5)}  # no member is too large, all together are
    for path in (zipped(tmp_path / "a.zip", many), tarred(tmp_path / "a.tar.gz", many)):
        assert path.stat().st_size < 10**4
        refused(path, "unpacks to more than 1,000,000 bytes", largest=10**6)
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(10**7)))
    refused(tmp_path / "a.gz", "unpacks to more than 1,000,000 bytes", largest=10**6)


def test_what_is_damaged_is_said_to_be(tmp_path):
    noise = bytes(range(256)) * 40
    for path in (zipped(tmp_path / "a.zip", {"a": noise}), tarred(tmp_path / "a.tar.gz", {"a": noise})):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        refused(path, "is damaged")
    path = zipped(tmp_path / "b.zip", {"a": noise})
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    refused(path, "is damaged")
    path = tmp_path / "c.gz"
    path.write_bytes(gzip.compress(noise)[:-6])
    refused(path, "is damaged")
    refused(tmp_path / "absent.zip", "is damaged")
