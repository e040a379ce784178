"""Treebanks are fetched whole or not at all, and those that are there are left alone."""

import http.server
import re
import threading
import time

import pytest

from mslt_core.data import pud
from mslt_core.data.parallel import common_ids, open_corpus
from mslt_core.data.pud import PUD_LANGS, fetch_pud
from mslt_core.spec.errors import DataError, HubError

WORD = "\t".join(["1", "Hej", "hej", "INTJ", "_", "_", "0", "root", "_", "_"])


class Shelf(http.server.ThreadingHTTPServer):
    """Gives every treebank at the tag r1; `answers` changes what single paths give."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.answers, self.lacks = [], {}, set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that hangs up is no error here."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        found = re.fullmatch(r"/UD_\w+-PUD/r1/(\w\w)_pud-ud-test\.conllu", self.path)
        if found is None or found[1] in self.server.lacks:
            self.send_error(404)
            return
        content = "".join(
            f"# sent_id = n{i}\n# text = {found[1]} {i}\n{WORD}\n\n" for i in range(5)
        ).encode()
        answer = self.server.answers.get(found[1], lambda c: (len(c), c, 0.0))
        length, content, wait_s = answer(content)
        time.sleep(wait_s)
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def shelf(monkeypatch):
    with Shelf() as server:
        monkeypatch.setenv("MSLT_UD_URL", server.url)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def test_all_languages_that_have_one(shelf, tmp_path):
    told = []
    folder = fetch_pud(tmp_path / "pud", tag="r1", report=lambda *now: told.append(now))
    corpus = open_corpus(folder)
    assert corpus.langs == PUD_LANGS
    assert len(PUD_LANGS) == 21
    assert len(common_ids(corpus, PUD_LANGS)) == 5
    assert "/UD_Galician-PUD/r1/gl_pud-ud-test.conllu" in shelf.asked
    assert told[0] == (0, 21, "UD_Arabic-PUD")
    assert told[-1] == (21, 21, "all there")
    assert [done for done, _, _ in told] == list(range(22))


def test_what_is_there_and_whole_is_not_fetched_again(shelf, tmp_path):
    fetch_pud(tmp_path, ["en", "sv"], tag="r1")
    swedish = tmp_path / "UD_Swedish-PUD" / "sv_pud-ud-test.conllu"
    swedish.write_bytes(swedish.read_bytes()[:-1])
    shelf.asked.clear()
    fetch_pud(tmp_path, ["en", "sv", "tr"], tag="r1")
    assert [path[-21:-19] for path in shelf.asked] == ["sv", "tr"]
    assert open_corpus(tmp_path).sentences("sv")["n4"] == "sv 4"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda c: (len(c), c[:-9], 0.0), r"could not be fetched: IncompleteRead"),
        (lambda c: (len(c) - 9, c[:-9], 0.0), r"gave no treebank: it, line \d+: the last line"),
        (lambda _: (9, b"<html>\n\n\n", 0.0), "gave no treebank: it, line 1: a word line"),
        (lambda _: (0, b"", 0.0), "gave no treebank: it is empty"),
        (lambda c: (len(c), c, 2.0), "could not be fetched: timed out"),
    ],
    ids=["cut off", "shortened", "another page", "nothing", "too slow"],
)
def test_a_bad_answer_is_one_sentence(shelf, tmp_path, monkeypatch, answer, reason):
    monkeypatch.setattr(pud, "UD_TIMEOUT_S", 0.5)
    shelf.answers["sv"] = answer
    url = f"{shelf.url}/UD_Swedish-PUD/r1/sv_pud-ud-test.conllu"
    with pytest.raises(HubError, match=f"{re.escape(url)} {reason}.*Try again"):
        fetch_pud(tmp_path, ["en", "sv"], tag="r1")
    assert open_corpus(tmp_path).langs == ("en",)
    assert [path.name for path in tmp_path.iterdir()] == ["UD_English-PUD"]
    shelf.answers.clear()
    assert open_corpus(fetch_pud(tmp_path, ["en", "sv"], tag="r1")).langs == ("en", "sv")


def test_a_treebank_that_the_release_lacks_keeps_no_other_away(shelf, tmp_path):
    shelf.lacks.add("de")
    with pytest.raises(HubError, match=r"r1/de_.*: Not Found\. .*`fetch pud --tag`"):
        fetch_pud(tmp_path, ["de", "en", "sv"], tag="r1")
    assert open_corpus(tmp_path).langs == ("en", "sv")


def test_an_unknown_release_and_a_closed_port(shelf, tmp_path):
    with pytest.raises(HubError, match=r"r9/en_.*: Not Found\. The release may lack this tree"):
        fetch_pud(tmp_path, ["en"], tag="r9")
    shelf.shutdown()
    shelf.server_close()
    with pytest.raises(HubError, match=r"r1/en_.*refused.*Try again: what is there is kept"):
        fetch_pud(tmp_path, ["en"], tag="r1")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("shelf")
def test_other_refusals(tmp_path):
    with pytest.raises(DataError, match=r"PUD has no Greek \(el\); it has ar, cs"):
        fetch_pud(tmp_path, ["en", "el"])
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot write .*file"):
        fetch_pud(tmp_path / "file", ["en"], tag="r1")
    with pytest.raises(HubError, match=r"file:///etc/UD_English.*not an http address"):
        fetch_pud(tmp_path, ["en"], base_url="file:///etc")
