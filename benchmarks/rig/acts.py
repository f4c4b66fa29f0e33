"""What callers do: turns at the gun, batches, visits with photos, hazards and emergency calls, step after step.

Each script is a generator of acts; what came of one is given to it before the next. Whoever is refused goes no further:
the registry's clock may have been moved under its feet.
"""

from __future__ import annotations

import os
import random
import uuid
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from benchmarks.rig.callers import Act, Script
from registry import clock, codes
from registry.rules.fill_cycle import post_items
from registry.rules.filling_items import items_for as items_before
from registry.rules.maintenance import items_for as items_of_visit

API = "/api/v1"
ROWS_A_BATCH = 10
TOO_MUCH_G = 45_000
KIND, CYCLE = "traction_passenger", "half_month"
PLACE = (33.6402, 116.9780)
COUNTY, LEADER = "county", "county-leader"


class Empty(Exception):
    """There are no more cylinders: the run is longer than the register."""


@dataclass
class World:
    """What the scripts are about: codes of cylinders that nobody has used yet, of elevators, and the cast's unit."""

    cylinders: deque[str]
    elevators: list[str]
    credit_code: str
    keys: dict[str, bytes]
    rng: random.Random = field(default_factory=random.Random)

    def scripts(self) -> list[Callable[[], Script]]:
        """The scripts as often as they are done: guns all day, hazards seldom."""
        return [self.turn] * 5 + [self.batch] * 2 + [self.visit] * 3 + [self.hazard] + [self.call] * 2

    def cylinder(self) -> str:
        """A code with its mac, as a label carries it; each is used by one script."""
        try:
            code = self.cylinders.popleft()
        except IndexError:
            raise Empty("no cylinders are left") from None
        return f"{code}.{codes.mac(code, self.keys)}"

    def turn(self) -> Script:
        """A cylinder's turn: scanned, looked at, scanned again at the gun, filled, weighed again, released. Now and
        then somebody fills too much, which is refused and kept as a refusal."""
        code, before = self.cylinder(), 16_700 + self.rng.randrange(400)
        look = {"code": code, "purpose": "fill", "gun": "1", "medium": "lpg"}
        if not (yield Act("scan", "filler", f"{API}/scans", look)).ok:
            return
        check = {"code": code, "gun": "1", "medium": "lpg", "checker": "checker", "purged": True}
        precheck = {**check, "ref": ref(), "checks": before_filling(), "gross_before_g": before}
        if not (yield Act("precheck", "filler", f"{API}/prechecks", precheck)).ok:
            return
        if not (yield Act("scan", "filler", f"{API}/scans", look)).ok:
            return
        now = clock.now()
        if self.rng.random() < 0.1:
            too_much = self._fill(code, now, before, TOO_MUCH_G)
            yield Act("overfill", "filler", f"{API}/fillings", too_much, expects=(422,))
        after = 30_500 + self.rng.randrange(500)
        if not (yield Act("fill", "filler", f"{API}/fillings", self._fill(code, now, before, after))).ok:
            return
        items = {item.id: "ok" for item in post_items(clock.today())}
        weighed = {"ref": ref(), "code": code, "checks": items, "checker": "checker", "reweigh_g": after}
        post = {**weighed, "leak_found": False, "labels_printed": True}
        if (yield Act("post_check", "filler", f"{API}/post-checks", post)).ok:
            yield Act("release", "filler", f"{API}/releases", {"ref": ref(), "code": code})

    def batch(self) -> Script:
        """What a station's own system sends at the end of a shift; one row is too much."""
        at = clock.now() - timedelta(minutes=10)
        rows = [self._fill(self.cylinder(), at, 16_900, 31_000) for _ in range(ROWS_A_BATCH)]
        rows[-1]["gross_after_g"] = TOO_MUCH_G
        yield Act("batch", "filler", f"{API}/fillings/batch", {"fillings": rows})

    def _fill(self, code: str, at: datetime, before: int, after: int) -> dict[str, Any]:
        return {
            "ref": ref(), "code": code, "gun": "1", "medium": "lpg", "checks": before_filling(), "purged": True,
            "gross_before_g": before, "gross_after_g": after, "started_at": at.isoformat(), "ended_at": at.isoformat(),
            "filler": "filler", "checker": "checker",
        }  # fmt: skip

    def visit(self) -> Script:
        """A visit with its photos and signatures, written down on some day of the last two months."""
        began = clock.now() - timedelta(minutes=self.rng.randrange(24 * 60, 60 * 24 * 60))
        second = {"login": "tech2", "at": (began + timedelta(minutes=5)).isoformat(), "position": north(20)}
        body = {
            "ref": ref(),
            "elevator": self.rng.choice(self.elevators),
            "cycle": CYCLE,
            "workers": ["tech1", second],
            "check_in": {"at": began.isoformat(), "position": north(10), "photo": picture("JPEG")},
            "check_out": {"at": (began + timedelta(minutes=45)).isoformat(), "position": north(12)},
            "answers": answers(),
            "signatures": [picture("PNG"), picture("PNG")],
        }
        yield Act("visit", "tech1", f"{API}/visits", body)

    def hazard(self) -> Script:
        """A hazard from the clue with its photo to two reminders, which are papers with running numbers."""
        stored = yield upload(COUNTY, "现场.jpg")
        record = yield upload(LEADER, "认定记录.jpg")
        clue = {
            "ref": ref(), "title": f"门锁安全回路短接 {ref()}", "description": "层门门锁安全回路被短接，电梯仍在运行",
            "source": "routine_inspection", "unit": self.credit_code, "suggested_clause": "4.6b",
            "evidence": [stored.answer["id"]],
        }  # fmt: skip
        found = yield Act("hazard", COUNTY, f"{API}/hazards", clue)
        if not found.ok:
            return
        to = f"{API}/hazards/{found.answer['no']}"
        recognised = {
            "ref": ref(), "clauses": ["4.6b"], "recognition_record": record.answer["id"],
            "interim_measures": "立即停梯，设置警戒", "stop_use": True,
        }  # fmt: skip
        until = (clock.today() + timedelta(days=9)).isoformat()
        remind = {"demand": "抓紧整改", "reply_by": until}
        for login, verb, body in (
            (COUNTY, "submit", {"ref": ref()}),
            (LEADER, "recognise", recognised),
            (COUNTY, "remind", {**remind, "ref": ref()}),
            (COUNTY, "remind", {**remind, "ref": ref()}),
        ):
            if not (yield Act("hazard_move", login, f"{to}/{verb}", body)).ok:
                return

    def call(self) -> Script:
        """Somebody is trapped: the call, and all that the rescuers and the desk enter of it."""
        body = {
            "ref": ref(), "source": "phone_96366", "kind": "entrapment", "elevator": self.rng.choice(self.elevators),
            "another": True, "trapped": 2, "caller": "李女士", "caller_phone": "13905571234",
        }  # fmt: skip
        taken = yield Act("call", "desk", f"{API}/calls", body)
        if not taken.ok:
            return
        for login, verb, more in (
            ("tech1", "answer", {"eta_minutes": 10}),
            ("tech1", "depart", {}),
            ("tech1", "arrive", {"position": north(5)}),
            ("tech1", "release", {"result": "rescued", "trapped": 2}),
            ("tech1", "repair", {"cause": "equipment_door"}),
            ("desk", "call-back", {"satisfaction": "satisfied"}),
            ("desk", "close", {}),
        ):
            move = Act("call_move", login, f"{API}/calls/{taken.answer['no']}/{verb}", {**more, "ref": ref()})
            if not (yield move).ok:
                return

    def looking(self) -> list[Callable[[], Script]]:
        """What is only read, each as often: pages, lists, spreadsheets, public pages."""

        def look(login: str, path: str) -> Callable[[], Script]:
            def script() -> Script:
                yield Act("look", login, path)

            return script

        def scanned() -> Script:
            """A citizen looks at the label of an elevator."""
            code = self.rng.choice(self.elevators)
            yield Act("look", "section", f"/q/{code}.{codes.mac(code, self.keys)}")

        return [*(look(login, path) for login, path in LOOKS), scanned]


LOOKS = (
    ("section", "/dashboard"),
    ("section", "/elevators/"),
    ("section", "/hazards/"),
    ("section", "/calls/"),
    ("section", "/indicators/paperless_maintenance"),
    ("section", "/exports/elevators.xlsx"),
    ("company", "/visits/"),
    ("company", "/visits/today"),
    ("filling", "/cylinders/"),
    ("filling", "/filling/gun"),
    ("desk", f"{API}/calls"),
    ("filler", f"{API}/fill-cycles"),
    ("tech1", f"{API}/visits"),
    (COUNTY, f"{API}/hazards"),
)
# Whose tokens programs have, and who is signed in in a browser.
LOGINS = ("filler", "tech1", COUNTY, LEADER, "desk")
BROWSERS = ("section", "company", "filling")


def ref() -> str:
    """What a device calls a record of its own."""
    return str(uuid.uuid4())


def before_filling() -> dict[str, str]:
    """Every item before filling in order."""
    return {item.id: "ok" for item in items_before("lpg_civil_gas", clock.today())}


def answers() -> list[dict[str, Any]]:
    """Every item of a visit normal, with a value or a photo where it asks for one."""
    given = []
    for item in items_of_visit(KIND, CYCLE, clock.today()):
        answer: dict[str, Any] = {"item": item.code, "result": "normal"}
        if item.judge == "N":
            answer["value"] = float((item.minimum if item.minimum is not None else item.maximum) or 0)
        if item.judge == "T":
            answer["photo"] = picture("JPEG")
        given.append(answer)
    return given


def north(metres: float) -> dict[str, float]:
    """A position so many metres north of the elevators."""
    return {"lat": PLACE[0] + metres / 110_920, "lon": PLACE[1], "accuracy_m": 8.0}


def image(kind: str) -> bytes:
    """A picture that nobody has taken before."""
    made = BytesIO()
    Image.frombytes("RGB", (48, 32), os.urandom(48 * 32 * 3)).save(made, kind)
    return made.getvalue()


def picture(kind: str) -> str:
    """A picture as a phone sends it in JSON."""
    return f"data:image/{kind.lower()};base64,{b64encode(image(kind)).decode()}"


def upload(login: str, name: str) -> Act:
    """A file of a hazard, as multipart."""
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + image("JPEG") + f"\r\n--{edge}--\r\n".encode()
    return Act("file", login, f"{API}/hazards/files", body, mime=f"multipart/form-data; boundary={edge}")
