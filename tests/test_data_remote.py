"""Downloads, against a server on this machine that misbehaves on purpose; parsers, on made-up and on real files.

The real files are examined where the environment variable RNNKIT_DATA names them; elsewhere those tests do not exist.
"""

import dataclasses
import gzip
import hashlib
import inspect
import io
import os
import pty
import re
import signal
import subprocess
import sys
import tarfile
import termios
import threading
import time
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.io

import rnnkit.data
from rnnkit import ngram
from rnnkit.data import card, fsdd, jsb_chorales, load, multi30k, names, remote, rt_polarity, tinyshakespeare, wnut17
from rnnkit.data.remote import Source, read

ROOT = Path(__file__).parents[1]
CHUNK = 1 << 16
CONTENT = np.random.default_rng(0).bytes(5 * CHUNK + 321)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SOURCE = Source("plays", "some/one", "c0ffee", "data/", "Free for all.", {"text.bin": SHA256})
ADDRESS = "/some/one/c0ffee/data/text.bin"


class Server(ThreadingHTTPServer):
    """Serves `files`; the first requests meet the `mishaps`, in order; `asked` lists (path, Range) of all requests."""

    def __init__(self):
        self.files, self.mishaps, self.asked, self.ranges, self.pause = {ADDRESS: CONTENT}, [], [], True, 0.0
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request, client_address):
        pass  # a client that was killed


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append((self.path, asked))
        mishap = server.mishaps.pop(0) if server.mishaps else None
        content, status = server.files.get(self.path), 200
        if isinstance(mishap, int) or content is None:
            content, status = b"sorry", mishap or 404
        elif mishap == "other bytes":
            content = b"<html>Please log in</html>"
        elif asked and server.ranges:
            assert self.headers["Accept-Encoding"] == "identity"
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            content, status = (content[start:], 206) if start < len(content) else (b"", 416)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        stop = {"cut off": 2 * CHUNK + 7, "stalled": 3 * CHUNK + 7}.get(mishap, len(content))
        for start in range(0, stop, CHUNK):
            self.wfile.write(content[start : min(start + CHUNK, stop)])
            time.sleep(server.pause)
        if mishap == "stalled":
            self.wfile.flush()
            server.released.wait(30)
        if stop < len(content):
            self.close_connection = True

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(remote, "RAW", server.url)
        monkeypatch.setattr(fsdd, "ARCHIVES", server.url)
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("RNNKIT_DATA", raising=False)
    monkeypatch.setattr(remote, "cache", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def pauses(monkeypatch):
    """The seconds slept between attempts, not slept."""
    slept = []
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=slept.append))
    return slept


def left(folder):
    """What lies in a folder, apart from lock and terms."""
    return {path.name for path in folder.iterdir()} - {".lock", "TERMS.txt"}


def test_a_file_is_downloaded_once_and_then_comes_from_the_cache(server, cache):
    assert read(SOURCE, "text.bin") == CONTENT and read(SOURCE, "text.bin") == CONTENT
    assert server.asked == [(ADDRESS, None)]
    assert (cache / "plays" / "text.bin").read_bytes() == CONTENT and left(cache / "plays") == {"text.bin"}


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(server, cache, pauses):
    server.mishaps = ["cut off"]
    assert read(SOURCE, "text.bin") == CONTENT
    assert server.asked == [(ADDRESS, None), (ADDRESS, f"bytes={2 * CHUNK}-")] and pauses == [1]
    assert left(cache / "plays") == {"text.bin"}


def test_a_server_that_falls_silent_is_asked_again(server, cache, pauses, monkeypatch):
    monkeypatch.setattr(remote, "TIMEOUT", 0.3)
    server.mishaps, start = ["stalled"], time.monotonic()
    assert read(SOURCE, "text.bin") == CONTENT and pauses == [1]
    assert time.monotonic() - start < 10  # and not the 30 seconds after which this server gives up
    assert server.asked == [(ADDRESS, None), (ADDRESS, f"bytes={3 * CHUNK}-")]


def test_a_server_without_ranges_sends_the_whole_again(server, cache, pauses):
    server.mishaps, server.ranges = ["cut off"], False
    assert read(SOURCE, "text.bin") == CONTENT
    assert server.asked == [(ADDRESS, None), (ADDRESS, f"bytes={2 * CHUNK}-")]


@pytest.mark.parametrize("part", [CONTENT, CONTENT + b"more", CONTENT[:-1] + b"?", b"something else"])
def test_a_part_that_is_whole_too_long_or_of_another_file(part, server, cache, pauses):
    (cache / "plays").mkdir(parents=True)
    (cache / "plays" / "text.bin.part").write_bytes(part)
    assert read(SOURCE, "text.bin") == CONTENT
    assert len(server.asked) == (1 if part == CONTENT else 2) and left(cache / "plays") == {"text.bin"}


def test_a_busy_server_is_asked_again_after_growing_pauses(server, cache, pauses):
    server.mishaps = [503, 500, 429]
    assert read(SOURCE, "text.bin") == CONTENT
    assert len(server.asked) == 4 and pauses == [1, 2, 3]


@pytest.mark.parametrize(("status", "attempts"), [(503, 4), (404, 1)])
def test_the_error_says_which_file_to_put_where(status, attempts, server, cache, pauses):
    server.mishaps = [status] * 4
    with pytest.raises(ConnectionError) as error:
        read(SOURCE, "text.bin")
    assert len(server.asked) == attempts  # what is not there today is not asked for again
    for part in ("'plays'", server.url + ADDRESS, str(status), SHA256, str(cache / "plays" / "text.bin"),
                 "$RNNKIT_DATA/plays/text.bin"):  # fmt: skip
        assert part in str(error.value)
    (cache / "plays" / "text.bin").write_bytes(CONTENT)
    assert read(SOURCE, "text.bin") == CONTENT


def test_without_a_network_the_error_says_why(server, cache, pauses, monkeypatch):
    monkeypatch.setattr(remote, "RAW", "http://127.0.0.1:1")
    with pytest.raises(ConnectionError, match=r"ConnectionRefusedError: .*To do without the network, put that file"):
        read(SOURCE, "text.bin")
    assert pauses == [1, 2, 3]


def test_other_bytes_are_refused_and_not_kept(server, cache, pauses):
    server.mishaps = ["other bytes"] * 4
    with pytest.raises(ValueError, match=rf"{ADDRESS} .*: expected .*{SHA256}, got [0-9a-f]{{64}} \(26 bytes\)"):
        read(SOURCE, "text.bin")
    assert left(cache / "plays") == set()
    assert read(SOURCE, "text.bin") == CONTENT


def test_other_bytes_sent_once_do_no_harm(server, cache, pauses):
    server.mishaps = ["other bytes"]
    assert read(SOURCE, "text.bin") == CONTENT and left(cache / "plays") == {"text.bin"}


@pytest.mark.parametrize("spoiled", [b"", CONTENT[:-1], CONTENT[:100] + b"?" + CONTENT[101:]])
def test_a_spoiled_file_in_the_cache_is_downloaded_again(spoiled, server, cache):
    (cache / "plays").mkdir(parents=True)
    (cache / "plays" / "text.bin").write_bytes(spoiled)
    assert read(SOURCE, "text.bin") == CONTENT and len(server.asked) == 1
    assert (cache / "plays" / "text.bin").read_bytes() == CONTENT


def test_the_folder_of_the_reader_comes_first(server, cache, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RNNKIT_DATA", str(tmp_path / "given"))
    monkeypatch.setitem(sys.modules, "pooch", None)  # not even needed
    (tmp_path / "given" / "plays").mkdir(parents=True)
    (tmp_path / "given" / "plays" / "text.bin").write_bytes(CONTENT)
    assert read(SOURCE, "text.bin") == CONTENT
    assert server.asked == [] and not cache.exists() and capsys.readouterr() == ("", "")


def test_what_the_folder_of_the_reader_lacks_is_downloaded_into_the_cache(server, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNKIT_DATA", str(tmp_path / "given"))
    (tmp_path / "given").mkdir()
    assert read(SOURCE, "text.bin") == CONTENT
    assert left(cache / "plays") == {"text.bin"} and list((tmp_path / "given").iterdir()) == []


@pytest.mark.parametrize("spoiled", [b"", CONTENT[:-1]])
def test_a_spoiled_file_of_the_reader_is_refused_by_name_and_left_alone(spoiled, server, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNKIT_DATA", str(tmp_path / "given"))
    path = tmp_path / "given" / "plays" / "text.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(spoiled)
    found = hashlib.sha256(spoiled).hexdigest()
    with pytest.raises(ValueError, match=re.escape(f"{path}: expected a file of SHA-256 {SHA256}, got {found} (")):
        read(SOURCE, "text.bin")
    assert path.read_bytes() == spoiled and list(path.parent.iterdir()) == [path]
    assert server.asked == [] and not cache.exists()


def test_a_variable_that_names_no_folder(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNKIT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(NotADirectoryError, match=r"RNNKIT_DATA: expected a folder, got '.*nowhere'"):
        read(SOURCE, "text.bin")


def test_a_download_without_pooch_names_the_remedy(monkeypatch):
    monkeypatch.delenv("RNNKIT_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ModuleNotFoundError, match=r'pooch, .*pip install "rnnkit\[course\]", .*RNNKIT_DATA'):
        read(SOURCE, "text.bin")


def test_terms_are_shown_once_and_nothing_else(server, cache, capsys):
    two = dataclasses.replace(SOURCE, files={"text.bin": SHA256, "again.bin": SHA256})
    server.files[ADDRESS.replace("text", "again")] = CONTENT
    read(two, "text.bin")
    out, err = capsys.readouterr()
    assert out == "" and "'plays', from github.com/some/one: Free for all.\n" in err and "%" not in err
    assert "Free for all." in (cache / "plays" / "TERMS.txt").read_text(encoding="utf-8")
    read(two, "again.bin")
    (cache / "plays" / "text.bin").write_bytes(b"")
    read(two, "text.bin")
    assert "Free for all" not in capsys.readouterr().err
    read(two, "text.bin")
    assert capsys.readouterr() == ("", "")


PROGRAM = """
import pathlib, signal, sys
from rnnkit.data import remote
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the tests deaf to it
url, cache, sha256 = sys.argv[1:]
remote.RAW, remote.cache = url, lambda: pathlib.Path(cache)
source = remote.Source("plays", "some/one", "c0ffee", "data/", "Free.", {"text.bin": sha256})
print(len(remote.read(source, "text.bin")))
"""


def started(server, cache, **options):
    environment = {name: value for name, value in os.environ.items() if name != "RNNKIT_DATA"}
    command = [sys.executable, "-c", PROGRAM, server.url, str(cache), SHA256]
    options = {"stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("killed_by", [signal.SIGINT, signal.SIGKILL])
def test_a_program_that_is_stopped_leaves_a_part_that_the_next_one_continues(killed_by, server, cache):
    server.mishaps = ["stalled"]
    with started(server, cache) as program:
        part, deadline = cache / "plays" / "text.bin.part", time.monotonic() + 30
        while not (part.exists() and part.stat().st_size >= 3 * CHUNK):
            assert program.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        program.send_signal(killed_by)
        program.communicate(timeout=30)
        assert program.returncode != 0 and not (cache / "plays" / "text.bin").exists()
    assert read(SOURCE, "text.bin") == CONTENT
    assert server.asked[1:] == [(ADDRESS, f"bytes={3 * CHUNK}-")]


def test_of_two_programs_one_downloads_and_the_other_waits(server, cache):
    server.pause = 0.1
    programs = [started(server, cache) for _ in range(2)]
    for program in programs:
        out, err = program.communicate(timeout=60)
        assert program.returncode == 0 and int(out) == len(CONTENT), err
    assert len(server.asked) == 1 and left(cache / "plays") == {"text.bin"}


def test_a_bar_is_drawn_on_a_terminal_alone(server, cache):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    program = started(server, cache, stderr=theirs)
    os.close(theirs)
    assert int(program.communicate(timeout=60)[0]) == len(CONTENT)
    seen = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "text.bin: 100%" in seen and "328k/328k" in seen


# The archive of recordings


def sound(samples):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(np.array(samples, dtype="<i2").tobytes())
    return file.getvalue()


WAVES = {
    f"{d}_{who}_{n}.wav": sound([-32768, d, 16384, n]) for d in (0, 7) for who in ("ann", "bob") for n in (4, 5, 10)
}
PACKED = f"/{fsdd.SOURCE.repository}/tar.gz/{fsdd.SOURCE.commit}"


def packed(files, links=()):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for name, target in links:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return file.getvalue()


def repository(waves):
    return {"fsdd-26eb/README.md": b"read me", **{f"fsdd-26eb/recordings/{name}": c for name, c in waves.items()}}


@pytest.fixture
def spoken(server, monkeypatch):
    """The server packs twelve made-up recordings, whose combined hash is registered."""
    own = dataclasses.replace(fsdd.SOURCE, files={"recordings": fsdd.combined_hash(WAVES)})
    monkeypatch.setattr(fsdd, "SOURCE", own)
    server.files[PACKED] = packed(repository(WAVES))
    return server


def test_the_combined_hash_is_that_of_the_shell(tmp_path):
    (tmp_path / "recordings").mkdir()
    for name, content in WAVES.items():
        (tmp_path / "recordings" / name).write_bytes(content)
    command = "find recordings -type f | sort | xargs sha256sum | sha256sum"
    printed = subprocess.run(
        command, shell=True, cwd=tmp_path, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=True
    )
    assert printed.stdout.split()[0] == fsdd.combined_hash(WAVES)


def test_recordings_are_unpacked_once_and_parsed(spoken, cache):
    data, again = load("fsdd"), load("fsdd")
    assert spoken.asked == [(PACKED, None)] and left(cache / "fsdd") == {"recordings"}
    assert {path.name: path.read_bytes() for path in (cache / "fsdd" / "recordings").iterdir()} == WAVES
    assert data.test.targets.tolist() == [0, 0, 7, 7] and data.test.numbers.tolist() == [4] * 4
    assert data.train.speakers == ["ann", "ann", "bob", "bob"] * 2 and data.train.numbers.tolist() == [10, 5] * 4
    assert data.train.waveforms[-1].tolist() == [-1, 7 / 32768, 0.5, 5 / 32768] and data.rate == 8000
    assert all(np.array_equal(a, b) for a, b in zip(data.train.waveforms, again.train.waveforms, strict=True))


@pytest.mark.parametrize("harm", ["one changed", "one missing", "one more", "no folder"])
def test_spoiled_recordings_in_the_cache_are_brought_again(harm, spoken, cache):
    folder = cache / "fsdd" / "recordings"
    folder.mkdir(parents=True)
    for name, content in WAVES.items():
        (folder / name).write_bytes(content)
    name = sorted(WAVES)[3]
    if harm == "one changed":
        (folder / name).write_bytes(WAVES[name][:-1])
    elif harm == "one missing":
        (folder / name).unlink()
    elif harm == "one more":
        (folder / "more.wav").write_bytes(b"")
    else:
        folder.rename(cache / "elsewhere")
    load("fsdd")
    assert len(spoken.asked) == 1 and left(cache / "fsdd") == {"recordings"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == WAVES


def test_recordings_of_the_reader_come_first_and_are_refused_by_name(spoken, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNKIT_DATA", str(tmp_path / "given"))
    folder = tmp_path / "given" / "fsdd" / "recordings"
    folder.mkdir(parents=True)
    for name, content in WAVES.items():
        (folder / name).write_bytes(content)
    assert len(load("fsdd").train.waveforms) == 8
    (folder / "0_ann_4.wav").unlink()
    with pytest.raises(ValueError, match=rf"{re.escape(str(folder))}: expected recordings .*, got .* \(11 files\)"):
        load("fsdd")
    assert spoken.asked == [] and not cache.exists() and len(list(folder.iterdir())) == 11


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (
            packed({**repository(WAVES), "fsdd-26eb/recordings/../../../evil.wav": b"!"}),
            "inside the archive, got 'fsdd",
        ),
        (packed({**repository(WAVES), "/recordings/evil.wav": b"!"}), "inside the archive, got '/recordings/evil"),
        (packed({**repository(WAVES), "fsdd-26eb/recordings/evil.wav": b"!"}), r"expected recordings .*\(13 files\)"),
        (packed({}), r"expected recordings .*\(0 files\)"),
        (packed(repository(WAVES))[:-200], "expected a tar.gz archive, got EOFError"),
        (b"<html>Please log in</html>", "expected a tar.gz archive, got ReadError"),
    ],
    ids=["above", "absolute", "one too many", "empty", "cut off", "no archive"],  # an archive's bytes hold the time
)
def test_an_archive_that_is_not_right_is_refused_and_nothing_is_written(archive, message, spoken, cache, pauses):
    spoken.files[PACKED] = archive
    with pytest.raises(ValueError, match=message):
        load("fsdd")
    assert left(cache / "fsdd") == set() and left(cache) == {"fsdd"} and not list(cache.parent.rglob("*evil*"))


def test_an_archive_with_one_wrong_byte_is_right_nevertheless_or_refused(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    waves = {f"0_ann_{number}.wav": sound(rng.integers(-9, 9, size=100_000)) for number in range(3)}
    own = dataclasses.replace(fsdd.SOURCE, files={"recordings": fsdd.combined_hash(waves)})
    monkeypatch.setattr(fsdd, "SOURCE", own)
    whole = packed({**repository(waves), "fsdd-26eb/noise.txt": rng.bytes(50_000)})
    outcomes = []
    for place in rng.integers(len(whole), size=100):
        (tmp_path / "archive").write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
        try:
            outcomes.append(fsdd.read_archive(tmp_path / "archive") == waves)
        except ValueError:
            outcomes.append(None)
    assert outcomes.count(None) > 50 and outcomes.count(False) == 0


def test_links_and_other_folders_of_the_archive_are_left_out(spoken, cache):
    files = {**repository(WAVES), "fsdd-26eb/recordings/deep/9_eve_0.wav": b"!", "fsdd-26eb/other/9_eve_0.wav": b"!"}
    spoken.files[PACKED] = packed(files, links=[("fsdd-26eb/recordings/9_eve_0.wav", "/etc/passwd")])
    assert len(load("fsdd").train.waveforms) == 8
    assert {path.name for path in (cache / "fsdd" / "recordings").iterdir()} == set(WAVES)


def test_without_a_network_the_folder_of_recordings_is_asked_for(spoken, cache, pauses):
    spoken.mishaps = [503] * 4
    with pytest.raises(ConnectionError) as error:
        load("fsdd")
    assert f"put its folder recordings at {cache / 'fsdd' / 'recordings'}" in str(error.value)
    assert spoken.url + PACKED in str(error.value) and "$RNNKIT_DATA/fsdd/recordings" in str(error.value)


# The other parsers, on made-up files


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """Put made-up files into the reader's folder, and register their hashes."""

    def put(module, files):
        monkeypatch.setenv("RNNKIT_DATA", str(tmp_path))
        folder = tmp_path / module.SOURCE.name
        folder.mkdir()
        for name, content in files.items():
            assert name in module.SOURCE.files
            (folder / name).write_bytes(content)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        monkeypatch.setattr(module, "SOURCE", dataclasses.replace(module.SOURCE, files=hashes))

    return put


def test_the_last_tenth_of_the_text_is_valid(made_up):
    made_up(tinyshakespeare, {"input.txt": b"To be,\r or not to be.\n"})
    data = load("tinyshakespeare")
    assert data.train.text == "To be,\r or not to b" and data.valid.text == "e.\n"
    assert data.vocabulary.symbols == tuple("\n\r ,.Tbenort")


def test_review_sentences_fall_into_ten_folds(made_up):
    lines = {side: [f"{side} — film {number} \x85 été ." for number in range(60)] for side in ("pos", "neg")}
    made_up(rt_polarity, {f"rt-polarity.{side}": "".join(f"{x} \n" for x in lines[side]).encode() for side in lines})
    folds = [load("rt-polarity", fold=fold) for fold in range(10)]
    everything = {(" ".join(x.split()), side == "pos") for side in lines for x in lines[side]}
    rows = [{part: {(" ".join(x), bool(y)) for x, y in zip(data[part].inputs, data[part].targets, strict=True)}
             for part in ("train", "valid", "test")} for data in folds]  # fmt: skip
    for fold, parts in enumerate(rows):
        assert parts["train"] | parts["valid"] | parts["test"] == everything
        assert sum(map(len, parts.values())) == 120 and parts["valid"] == rows[(fold + 1) % 10]["test"]
    assert set().union(*(parts["test"] for parts in rows)) == everything
    targets = folds[0].train.targets
    assert 20 < np.count_nonzero(np.diff(targets)) < 80 and folds[0].labels[1] == "positive"  # mixed
    assert folds[0].vocabulary.symbols[0] == "<unknown>" and "—" in folds[0].vocabulary
    for bad in (10, -1):
        with pytest.raises(ValueError, match=f"fold: expected at least 0 and at most 9, got {bad}"):
            load("rt-polarity", fold=bad)


def test_tagged_sentences_end_at_empty_lines_and_lone_tabs(made_up):
    train = "RT\tO\nEric\tB-person\nIdle\tI-person\n\t\n\t\n\nBigBen\tB-location\n\t\n"
    made_up(wnut17, {"wnut17train.conll": train.encode(), "emerging.dev.conll": "hé\tO".encode(),
                     "emerging.test.annotated": b"a\tO\nb\tB-product\n\nc\tI-product\n\n"})  # fmt: skip
    data = load("wnut17")
    assert data.train.inputs == [["RT", "Eric", "Idle"], ["BigBen"]] and data.valid.inputs == [["hé"]]
    spelled = [[data.labels[tag] for tag in tags] for tags in (*data.train.targets, *data.test.targets)]
    assert spelled == [["O", "B-person", "I-person"], ["B-location"], ["O", "B-product"], ["I-product"]]
    assert data.vocabulary.symbols == ("<unknown>", "BigBen", "Eric", "Idle", "RT") and len(set(data.labels)) == 13


def test_captions_stand_line_by_line(made_up):
    texts = {name: f"{name} 1 \n{name}\u2028 2\x85.\n" for name in multi30k.SOURCE.files}
    made_up(multi30k, {name: gzip.compress(text.encode()) for name, text in texts.items()})
    data = load("multi30k")
    assert data.valid.english == ["val.en.gz 1", "val.en.gz\u2028 2\x85."]
    assert data.test.german == ["test_2016_flickr.de.gz 1", "test_2016_flickr.de.gz\u2028 2\x85."]


def test_piano_rolls_are_lists_of_frames(made_up):
    rng = np.random.default_rng(0)
    rolls = {part: [rng.integers(0, 2, (T, 88), dtype=np.uint8) for T in sizes]
             for part, sizes in {"train": (3, 5), "valid": (1,), "test": (4, 2)}.items()}  # fmt: skip
    file = io.BytesIO()
    cells = {part: np.empty((1, len(some)), dtype=object) for part, some in rolls.items()}
    for part, some in rolls.items():
        cells[part][0] = some
    scipy.io.savemat(file, {f"{part}data": cell for part, cell in cells.items()})
    made_up(jsb_chorales, {"JSB_Chorales.mat": file.getvalue()})
    data = load("jsb-chorales")
    for part, some in rolls.items():
        assert len(data[part].rolls) == len(some) and data[part].rolls[0].dtype == np.float64
        assert all(np.array_equal(a, b) for a, b in zip(data[part].rolls, some, strict=True))


# The real files


if os.environ.get("RNNKIT_DATA"):

    @pytest.mark.parametrize("name", names(downloads=True))
    def test_the_table_in_the_docstring_names_every_option_and_field(name):
        rows = rnnkit.data.__doc__.split("\n")
        start = next(i for i, row in enumerate(rows) if row.startswith(name + " "))
        stop = next(i for i in range(start + 1, len(rows)) if rows[i][:1].strip())
        entry, data = " ".join(rows[start:stop]), load(name)
        fields = [*data, *data.train, *inspect.signature(rnnkit.data._module(name).load).parameters]
        assert [field for field in fields if field != "card" and field not in entry] == [] and data.card is card(name)

    def test_real_shakespeare_and_what_counting_reaches():
        data = load("tinyshakespeare")
        text = data.train.text + data.valid.text
        assert (len(text), len(data.train.text), len(data.valid.text)) == (1_115_394, 1_003_854, 111_540)
        assert len(data.vocabulary) == len(set(text)) == 65 and text.startswith("First Citizen:\nBefore we proceed")
        train, valid = (data.vocabulary.encode(part.text) for part in (data.train, data.valid))
        for order, nats in {1: 3.347, 2: 2.484, 5: 1.561, 7: 1.517}.items():
            model = ngram.KneserNey().estimate(ngram.count(train, order, 65))
            assert abs(-model.logprob(valid).mean() - nats) < 5e-4 and f"{nats:.3f}" in data.card.best

    def test_real_review_sentences():
        data = load("rt-polarity")
        sizes = {part: len(data[part].inputs) for part in ("train", "valid", "test")}
        assert sizes == {"train": 8517, "valid": 1029, "test": 1116}
        targets = np.concatenate([data[part].targets for part in sizes])
        assert np.bincount(targets).tolist() == [5331, 5331]
        sentences = {" ".join(x) for part in sizes for x in data[part].inputs}
        assert len(sentences) == 10_662 and "simplistic , silly and tedious ." in sentences
        assert "the action clichés just pile up ." in sentences

    def test_real_tagged_sentences():
        data = load("wnut17")
        assert [len(data[part].inputs) for part in ("train", "valid", "test")] == [3394, 1009, 1287]
        begins = [sum((tags % 2 == 1).sum() for tags in data[part].targets) for part in ("train", "valid", "test")]
        assert begins == [1975, 836, 1079] and data.labels[1::2] == tuple(f"B-{kind}" for kind in wnut17.KINDS)
        tags = np.concatenate(data.test.targets)
        assert f"{(tags == 0).mean():.1%}".replace("%", " %") in data.card.best
        for part in ("train", "valid", "test"):
            for words, tags in zip(data[part].inputs, data[part].targets, strict=True):
                assert len(words) == len(tags) and all(words)

    def test_real_captions():
        data = load("multi30k")
        for part, size in {"train": 29_000, "valid": 1014, "test": 1000}.items():
            assert len(data[part].english) == len(data[part].german) == size
            assert all(data[part].english) and all(data[part].german)
        assert data.test.english[1] == "A Boston Terrier is running on lush green grass in front of a white fence."
        assert data.test.german[0] == "Ein Mann mit einem orangefarbenen Hut, der etwas anstarrt."

    def test_real_piano_rolls_and_what_frequencies_reach():
        data = load("jsb-chorales")
        assert [len(data[part].rolls) for part in ("train", "valid", "test")] == [229, 76, 77]
        train, valid, test = (np.concatenate(data[part].rolls) for part in ("train", "valid", "test"))
        assert [len(part) for part in (train, valid, test)] == [13_807, 4602, 4725]
        everything = np.concatenate([train, valid, test])
        assert np.unique(everything).tolist() == [0, 1] and everything.sum(axis=1).max() == 4
        assert np.flatnonzero(everything.any(axis=0))[[0, -1]].tolist() == [22, 75]
        coin = np.full(88, 0.5)
        own = (train.sum(axis=0) + 1) / (len(train) + 2)
        for p, nats in ((coin, "60.997"), (own, "11.061")):
            loss = -(test @ np.log(p) + (1 - test) @ np.log1p(-p)).mean()
            assert f"{loss:.3f}" == nats and nats in data.card.best

    def test_real_recordings():
        data = load("fsdd")
        assert np.bincount(data.train.targets).tolist() == [270] * 10
        assert np.bincount(data.test.targets).tolist() == [30] * 10
        assert set(data.test.numbers) == set(range(5)) and set(data.train.numbers) == set(range(5, 50))
        rows = {(who, digit, number) for part in (data.train, data.test)
                for who, digit, number in zip(part.speakers, part.targets, part.numbers, strict=True)}  # fmt: skip
        assert len(rows) == 3000 and len(set(data.train.speakers)) == len(set(data.test.speakers)) == 6
        waves = data.train.waveforms + data.test.waveforms
        seconds = [len(wave) / data.rate for wave in waves]
        assert f"{min(seconds):.2f} to {max(seconds):.2f}" in data.card.size
        assert all(wave.dtype == np.float32 and -1 <= wave.min() < 0 < wave.max() < 1 for wave in waves)
        assert sum(map(len, waves)) * 2 / 1e6 == pytest.approx(21, abs=0.5)  # megabytes
