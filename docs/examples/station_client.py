#!/usr/bin/env python3
"""A filling station's own system talking to the registry. Standard library only; docs/stations.md walks through it.

    station = Station("https://tzsb.example.cn", token, Path("queue.jsonl"))
    station.check(code, "1", scale, answers, "checker"); station.unlock(code, "1")
    station.fill(code, "1", begun, scale, "filler", "checker")   # waits in the queue when there is no line

Whatever the registry records carries a `ref` that this side made. An answer that got lost is asked for again with the
same body: the second arrival is answered like the first. So every sending is written to the queue before it is tried.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

CITY = timezone(timedelta(hours=8))
TRIES, FIRST_WAIT, LONGEST_WAIT = 5, 0.5, 30.0  # seconds
JSON = "application/json"
AGAIN = (429, 500, 502, 503, 504)


class Refused(Exception):
    """The registry said no, and will say no again: `status` and the problem it answered with (RFC 9457)."""

    def __init__(self, status: int, problem: dict) -> None:
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', '')}")
        self.status, self.problem = status, problem

    @property
    def rules(self) -> list[str]:
        """The rules that refused, such as R08."""
        return [finding["rule"] for finding in self.problem.get("findings", [])]


class Unreachable(Exception):
    """No answer, or an answer that says: later."""


def over_http(base: str, token: str, timeout: float = 10):
    """How requests leave: `send(method, path, body, kind) -> (status, headers, bytes)`, `kind` the body's media type.
    Tests put their own in its place."""

    def send(method: str, path: str, body: bytes | None, kind: str = JSON) -> tuple[int, dict, bytes]:
        request = urllib.request.Request(f"{base}/api/v1{path}", data=body, method=method)
        request.add_header("Authorization", f"Bearer {token}")
        request.add_header("Accept-Encoding", "gzip")
        if body is not None:
            request.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise Unreachable(str(error)) from None

    return send


class Queue:
    """Sendings that have not been answered yet, in order, in a file that survives a power cut.

    A line is added before the first try and its body is never changed: a repetition must be the same. What the registry
    refused is taken out and kept in `refused` for a person to look at.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waiting: list[dict] = []
        self.refused: list[dict] = []
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                (self.refused if "problem" in entry else self.waiting).append(entry)

    def add(self, path: str, body: dict) -> None:
        """Keep a sending; `body` must carry its `ref`."""
        if "ref" not in body:
            raise ValueError("a queued record needs its ref")
        self.waiting.append({"path": path, "body": body})
        self._keep()

    def done(self, entry: dict) -> None:
        """It was answered."""
        self.waiting.remove(entry)
        self._keep()

    def refuse(self, entry: dict, error: Refused) -> None:
        """It was answered with no."""
        self.waiting.remove(entry)
        self.refused.append({**entry, "problem": error.problem})
        self._keep()

    def _keep(self) -> None:
        beside = self.path.with_suffix(".new")
        lines = [json.dumps(entry, ensure_ascii=False) for entry in (*self.refused, *self.waiting)]
        beside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        beside.replace(self.path)


class Scale:
    """A scale that signs what it measured with the key the registry gave it once."""

    def __init__(self, number: str, key: bytes, measure) -> None:
        self.number, self.key, self.measure = number, key, measure

    def reading(self) -> dict:
        """A signed reading: HMAC-SHA-256 over `number|ref|kind|value|seconds`."""
        ref, value, at = str(uuid.uuid4()), int(self.measure()), now()
        text = f"{self.number}|{ref}|gross_g|{value}|{int(at.timestamp())}".encode()
        signature = hmac.new(self.key, text, hashlib.sha256).hexdigest()
        named = {"device": self.number, "ref": ref, "kind": "gross_g", "value": value}
        return {**named, "at": at.isoformat(), "signature": signature}


def now() -> datetime:
    """The station's clock; the registry refuses one that is more than two minutes off."""
    return datetime.now(CITY)


class Station:
    """The registry as a filling station's system sees it."""

    def __init__(self, base: str, token: str, queue: Path, send=None, sleep=time.sleep) -> None:
        self.send = send or over_http(base, token)
        self.sleep = sleep
        self.queue = Queue(queue)

    # -- asking and sending ------------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: dict | None = None) -> dict:
        """One request with retries. Only for what may be repeated: reading, and records that carry a `ref`."""
        return json.loads(self._bytes(method, path, body) or b"{}")

    def _bytes(self, method: str, path: str, body: dict | None) -> bytes:
        return self._sent(method, path, None if body is None else json.dumps(body, ensure_ascii=False).encode(), JSON)

    def _sent(self, method: str, path: str, sent: bytes | None, kind: str) -> bytes:
        wait = FIRST_WAIT
        for left in range(TRIES - 1, -1, -1):
            try:
                status, headers, content = self.send(method, path, sent, kind)
            except Unreachable:
                if not left:
                    raise
                status, headers, content = 0, {}, b""
            if headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            if 200 <= status < 300:
                return content
            if status and status not in AGAIN:
                raise Refused(status, json.loads(content or b"{}"))
            if not left:
                raise Unreachable(f"answered {status}")
            self.sleep(min(float(headers.get("Retry-After", wait)), LONGEST_WAIT))
            wait = min(wait * 2, LONGEST_WAIT)
        raise Unreachable("not reached")

    def record(self, path: str, body: dict) -> dict | None:
        """Send a record, after whatever still waits; None when there is no line and it waits too.

        Raises:
            Refused: it was answered with no; it is kept in `queue.refused`.
        """
        self.queue.add(path, body)
        answer = self.flush().get(body["ref"])
        if isinstance(answer, Refused):
            raise answer
        return answer

    def flush(self) -> dict[str, dict | Refused]:
        """Send what waits, in its order, up to the first that gets no answer; the answers by `ref`."""
        answers: dict[str, dict | Refused] = {}
        for entry in list(self.queue.waiting):
            body = entry["body"]
            if body.get("offline"):
                body = {**body, "device_now": now().isoformat()}  # the one field that may differ when sent again
            try:
                answers[body["ref"]] = self.ask("POST", entry["path"], body)
            except Unreachable:
                break
            except Refused as error:
                self.queue.refuse(entry, error)
                answers[body["ref"]] = error
            else:
                self.queue.done(entry)
        return answers

    # -- the register ------------------------------------------------------------------------------------------------

    def register(self, marks: dict) -> dict:
        """Put a cylinder of one's own on file; one that is there already is answered as it stands."""
        try:
            return self.ask("POST", "/cylinders", marks)
        except Refused as error:
            if error.status != 409:
                raise
            found = self.ask("GET", f"/cylinders?q={marks['serial_no']}")["items"]
            same = [one for one in found if one["maker_code"] == marks["maker_code"]]
            if not same:
                raise
            return same[0]

    # -- labels ------------------------------------------------------------------------------------------------------

    def photo(self, jpeg: bytes) -> int:
        """Store a photo for a binding; its id. Sent twice, it is there twice, which is harmless."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
        body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + jpeg + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return json.loads(self._sent("POST", "/label-bindings/files", body, kind))["id"]

    def bind(self, code: str, cylinder: str, stamp: bytes, label: bytes, reason: str = "") -> dict:
        """A blank code was put on a cylinder (its serial, register or own number, or the code it had); the photos of
        stamp and label go first. It is in force when a second person has confirmed it. `reason`: where the cylinder
        had a code already, which is void then."""
        body = {
            "ref": str(uuid.uuid4()),
            "code": code,
            "equipment": cylinder,
            "stamp_photo": self.photo(stamp),
            "label_photo": self.photo(label),
            "at": now().isoformat(),
        }
        return self.ask("POST", "/label-bindings", {**body, "reason": reason} if reason else body)

    def confirm(self, binding: int) -> dict:
        """The second person has compared both photos: a `Station` with his own token, not with that of who bound it."""
        return self.ask("POST", f"/label-bindings/{binding}/confirm", {})

    # -- at the gun --------------------------------------------------------------------------------------------------

    def read(self, scale: Scale) -> str:
        """Send what the scale measured; the ref by which a step uses it."""
        reading = scale.reading()
        self.ask("POST", "/readings", reading)
        return reading["ref"]

    def check(self, code: str, gun: str, scale: Scale, answers: dict, checker: str, **more) -> dict:
        """The check before filling: opens the turn. `answers`: item -> ok | not_ok | n_a."""
        body = {"ref": str(uuid.uuid4()), "code": code, "gun": gun, "checks": answers, "checker": checker, **more}
        return self.ask("POST", "/prechecks", {**body, "reading": self.read(scale)})

    def unlock(self, code: str, gun: str, **more) -> dict:
        """Scan at the gun, and use the leave it gives; the verdict with `stop_at_kg` for the scale.

        Raises:
            Refused: the gun stays shut.
        """
        scanned = {"code": code, "purpose": "fill", "gun": gun, **more}
        verdict = self.ask("POST", "/scans", scanned)
        if verdict["verdict"] not in ("allow", "warn") or not verdict.get("unlock"):
            raise Refused(422, {"title": "the gun stays shut", "findings": verdict["findings"]})
        self.ask("POST", "/unlocks", {"token": verdict["unlock"], "gun": gun})
        return verdict

    def fill(
        self, code: str, gun: str, begun: datetime, scale: Scale, filler: str, checker: str, **more
    ) -> dict | None:
        """Record the fill with the signed weight after it."""
        body = {
            "ref": str(uuid.uuid4()),
            "code": code,
            "gun": gun,
            "started_at": begun.isoformat(),
            "ended_at": now().isoformat(),
            "filler": filler,
            "checker": checker,
            "reading_after": self.read(scale),
            **more,
        }
        return self.record("/fillings", body)

    def check_after(
        self, code: str, scale: Scale, answers: dict, checker: str, leak_found: bool = False
    ) -> dict | None:
        """Weigh it again and look at it; the answer says what stands against its release."""
        body = {"ref": str(uuid.uuid4()), "code": code, "checks": answers, "checker": checker, "labels_printed": True}
        return self.record("/post-checks", {**body, "leak_found": leak_found, "reading": self.read(scale)})

    def release(self, code: str) -> dict | None:
        """Let it leave the station."""
        return self.record("/releases", {"ref": str(uuid.uuid4()), "code": code})

    # -- on the road -------------------------------------------------------------------------------------------------

    @staticmethod
    def event(code: str, kind: str, at: datetime, **data) -> dict:
        """A step in a cylinder's life; `customer` is the station's own number of a customer, never a name."""
        row = {"ref": str(uuid.uuid4()), "code": code, "kind": kind, "at": at.isoformat()}
        return {**row, "data": data} if data else row

    def tell(self, events: list[dict]) -> list[dict]:
        """Send events by the thousand; the results of what was answered. What was not waits in the queue."""
        results: list[dict] = []
        for start in range(0, len(events), 1000):
            rows = events[start : start + 1000]
            try:
                results += self.ask("POST", "/cylinder-events/batch", {"events": rows})["results"]
            except Unreachable:
                for row in rows:
                    alone = {name: value for name, value in row.items() if name != "code"}
                    self.queue.add(f"/cylinders/{row['code']}/events", alone)
        return results

    # -- without a network -------------------------------------------------------------------------------------------

    def snapshot(self, station_id: int, since: str | None = None) -> bytes:
        """The signed list of one's cylinders, or what changed since a version; `offline_judge.Snapshot` takes it."""
        return self._bytes("GET", f"/stations/{station_id}/snapshot" + (f"?since={since}" if since else ""), None)

    def fill_offline(self, fill: dict, hours: int) -> None:
        """Keep a fill that was judged by a list `hours` old; it is judged again when it arrives."""
        self.queue.add("/fillings", {**fill, "offline": True, "snapshot_hours": hours})

    # -- looking back ------------------------------------------------------------------------------------------------

    def timeline(self, code: str, kind: str = "") -> list[dict]:
        """The whole life of a cylinder, newest first."""
        found: list[dict] = []
        cursor = ""
        while True:
            query = "&".join(part for part in (kind and f"kind={kind}", cursor and f"cursor={cursor}") if part)
            page = self.ask("GET", f"/cylinders/{code}/timeline" + (f"?{query}" if query else ""))
            found += page["items"]
            if not page["next"]:
                return found
            cursor = page["next"]


def main() -> None:
    """Print the life of a cylinder: `station_client.py https://HOST TOKEN CODE`."""
    import sys

    if len(sys.argv) != 4:
        raise SystemExit(main.__doc__)
    base, token, code = sys.argv[1:]
    for entry in Station(base, token, Path("station-queue.jsonl")).timeline(code):
        print(entry["at"][:16], entry["kind"], entry["title"], *entry["details"], entry["unit"] or "", sep="  ")


if __name__ == "__main__":
    main()
