"""A hub on this machine: as much of the Hugging Face hub's HTTP interface as its clients use.

Large files are answered as there, by a redirect to another host that knows ranges; small ones
directly. What goes wrong on a bad day can be switched on.
"""

import hashlib
import http.server
import json
import threading
import time
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = (".safetensors", ".parquet", ".bin")
"""Kept outside git, under their SHA-256."""


class FakeHub:
    """Repositories by kind ("models" or "datasets"), name and branch; what was asked; its moods."""

    def __init__(self) -> None:
        self.repos: dict[tuple[str, str], dict[str, dict[str, bytes]]] = {}
        self.moved: dict[str, str] = {}
        self.moved_status = 307
        self.gated: dict[str, int] = {}
        self.asked: list[str] = []
        self.starts: list[int] = []
        """The first bytes of large files that were given."""
        self.slow_s = 0.0
        """How long every answer is waited for."""
        self.cuts = 0
        """How many answers with a large file end in its middle."""
        self.stops_at: int | None = None
        """The byte of large files after which nothing more comes, ever."""
        self.stalls_s = 0.0
        """How long it waits in the middle of large files."""
        self.ranges = True
        """Whether a download can be resumed."""
        self.flips: str | None = None
        """The end of the names of files that arrive with one bit changed."""
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, kind: str, name: str, files: dict[str, bytes], branch: str = "main") -> str:
        """Put a repository there, or a branch of it; the commit is returned."""
        self.repos.setdefault((kind, name), {})[branch] = files
        return commit_of(files)

    def stop(self) -> None:
        """Nobody listens on the port any more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that lose their patience hang up; that is no error of the hub's."""


def commit_of(files: dict[str, bytes]) -> str:
    told = repr(sorted((name, hashlib.sha256(data).hexdigest()) for name, data in files.items()))
    return hashlib.sha1(told.encode()).hexdigest()


def git_hash(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def listed(files: dict[str, bytes], folder: str, recursive: bool) -> list[dict[str, Any]]:
    """The entries below `folder`, as the hub lists a tree."""
    start = f"{folder}/" if folder else ""
    names = [name for name in files if name.startswith(start)]
    folders = {str(p) for name in names for p in PurePosixPath(name).parents if str(p) != "."}
    inside = [path for path in [*names, *sorted(folders)] if path.startswith(start)]
    if not recursive:
        inside = [path for path in inside if "/" not in path.removeprefix(start)]
    return [entry(files, path) for path in inside]


def entry(files: dict[str, bytes], path: str) -> dict[str, Any]:
    if path not in files:
        oid = hashlib.sha1(path.encode()).hexdigest()
        return {"type": "directory", "path": path, "oid": oid, "size": 0}
    data = files[path]
    found = {"type": "file", "path": path, "oid": git_hash(data), "size": len(data)}
    if path.endswith(LARGE):
        found["oid"] = git_hash(b"pointer" + data)
        found["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": 134}
    return found


def sibling(files: dict[str, bytes], path: str, blobs: bool) -> dict[str, Any]:
    """One file in the answer about a repository, with hashes if they were asked for."""
    if not blobs:
        return {"rfilename": path}
    told = entry(files, path)
    found = {"rfilename": path, "size": told["size"], "blobId": told["oid"]}
    if "lfs" in told:
        lfs = told["lfs"]
        found["lfs"] = {"sha256": lfs["oid"], "size": lfs["size"], "pointerSize": 134}
    return found


def _handler(hub: FakeHub) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.hub = hub
    return Handler


class _Handler(http.server.BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.hub.asked.append(f"{self.command} {self.path}")
        time.sleep(self.hub.slow_s)
        url = urlsplit(self.path)
        parts = [unquote(part) for part in url.path.strip("/").split("/")]
        if parts[0] == "api" and parts[1] in {"models", "datasets"} and len(parts) > 3:
            self.api(parts[1], parts[2:], parse_qs(url.query))
        elif parts[0] == "cdn":
            self.large(parts[1])
        elif "resolve" in parts:
            kind = "datasets" if parts[0] == "datasets" else "models"
            self.resolve(kind, parts[1:] if kind == "datasets" else parts)
        else:
            self.refuse(404, "EntryNotFound")

    do_HEAD = do_POST = do_GET  # noqa: N815 (the server looks for these names)

    def api(self, kind: str, parts: list[str], query: dict[str, list[str]]) -> None:
        name, what, rest = "/".join(parts[:2]), (parts[2:] or ["revision"])[0], parts[3:]
        found = self.files(kind, name, rest[0] if rest else "main")
        if found is None:
            return
        commit, files = found
        folder = "/".join(rest[1:])
        if what == "tree":
            self.answer_json(listed(files, folder, "recursive" in query))
        elif what == "paths-info":
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            there = {e["path"] for e in listed(files, "", True)}
            paths = [path for path in parse_qs(body)["paths"] if path in there]
            self.answer_json([entry(files, path) for path in paths])
        elif what == "revision":
            siblings = [sibling(files, path, "blobs" in query) for path in files]
            self.answer_json({"id": name, "sha": commit, "siblings": siblings})
        else:
            self.refuse(404, "EntryNotFound")

    def resolve(self, kind: str, parts: list[str]) -> None:
        name, revision, path = "/".join(parts[:2]), parts[3], "/".join(parts[4:])
        found = self.files(kind, name, revision)
        if found is None:
            return
        if name in self.hub.gated and path != "README.md":
            self.refuse(self.hub.gated[name], "GatedRepo")
            return
        commit, files = found
        if path not in files:
            self.refuse(404, "EntryNotFound", {"X-Repo-Commit": commit})
            return
        data, known = files[path], {"X-Repo-Commit": commit}
        if not path.endswith(LARGE):
            self.answer(200, self.flipped(path, data), {**known, "ETag": f'"{git_hash(data)}"'})
            return
        known |= {"X-Linked-Etag": f'"{sha256(data)}"', "X-Linked-Size": str(len(data))}
        # another name of this machine: to clients another host, which must not see their token
        where = f"http://localhost:{self.hub.port}/cdn/{sha256(data)}"
        self.answer(302, b"", {**known, "Location": where})

    def files(self, kind: str, name: str, revision: str) -> tuple[str, dict[str, bytes]] | None:
        """Commit and files; None if something else was answered already."""
        if name in self.hub.moved:
            where = self.path.replace(name, self.hub.moved[name])
            self.answer(self.hub.moved_status, b"", {"Location": where})
            return None
        branches = self.hub.repos.get((kind, name))
        if branches is None:
            self.refuse(404, "RepoNotFound")
            return None
        for branch, files in branches.items():
            if revision in {branch, commit_of(files)}:
                return commit_of(files), files
        self.refuse(404, "RevisionNotFound")
        return None

    def large(self, digest: str) -> None:
        every = [files for branches in self.hub.repos.values() for files in branches.values()]
        path, data = next(
            (p, d) for files in every for p, d in files.items() if sha256(d) == digest
        )
        data, start, headers = self.flipped(path, data), 0, {"ETag": f'"{digest}"'}
        if self.hub.ranges and self.headers["Range"]:
            start = int(self.headers["Range"].removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.hub.starts.append(start)
        self.answer(206 if start else 200, data[start:], headers, start=start, large=True)

    def flipped(self, path: str, data: bytes) -> bytes:
        if self.hub.flips is None or not path.endswith(self.hub.flips):
            return data
        return data[:-1] + bytes([data[-1] ^ 1])

    def refuse(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self.answer(status, b"", {"X-Error-Code": code, **(headers or {})})

    def answer_json(self, content: Any) -> None:
        self.answer(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def answer(
        self,
        status: int,
        content: bytes,
        headers: dict[str, str],
        *,
        start: int = 0,
        large: bool = False,
    ) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        n_sent = len(content)
        if large and self.hub.stops_at is not None:
            n_sent = max(0, self.hub.stops_at - start)
        elif large and self.hub.cuts:
            self.hub.cuts -= 1
            n_sent = len(content) // 2
        self.wfile.write(content[: n_sent // 2])
        if large and self.hub.stalls_s:
            self.wfile.flush()
            time.sleep(self.hub.stalls_s)
        self.wfile.write(content[n_sent // 2 : n_sent])
        self.close_connection = n_sent < len(content)

    def log_message(self, *args: object) -> None:
        pass
