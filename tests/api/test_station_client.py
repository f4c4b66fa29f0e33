"""docs/examples/station_client.py, the worked example of a station's own system, against the real application."""

from __future__ import annotations

import importlib.util
import json
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from registry import clock
from registry.db import db
from registry.models import Cylinder, CylinderEvent, Filling
from registry.queries import snapshots
from registry.rules.fill_cycle import post_items
from registry.services import devices
from seeds import cast
from tests import filling_factory as make
from tests import labels_factory as labels
from tests.api.test_offline import example as judge

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/station_client.py"


@pytest.fixture(scope="module")
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("station_client", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Line:
    """The application where the network would be: it can be cut, or lose an answer after the work was done."""

    def __init__(self, api: Any, client: ModuleType) -> None:
        self.api, self.client = api, client
        self.is_up, self.lost, self.asked = True, 0, 0

    def __call__(
        self, method: str, path: str, body: bytes | None, kind: str = "application/json"
    ) -> tuple[int, dict[str, str], bytes]:
        self.asked += 1
        if not self.is_up:
            raise self.client.Unreachable("cut")
        given = {"data": body, "content_type": kind} if body is not None else {}
        headers = {**self.api.headers, "Accept-Encoding": "gzip"}
        answer = self.api.client.open(f"/api/v1{path}", method=method, headers=headers, **given)
        if self.lost:
            self.lost -= 1
            raise self.client.Unreachable("the answer was lost")
        return answer.status_code, dict(answer.headers), answer.data


@pytest.fixture
def line(api_of, client) -> Line:
    return Line(api_of("filling"), client)


@pytest.fixture
def station(client, line, tmp_path):
    waits: list[float] = []
    made = client.Station("http://registry", "token", tmp_path / "queue.jsonl", send=line, sleep=waits.append)
    made.waits = waits
    return made


def scale(client: ModuleType, grams: list[int]) -> Any:
    _device, key = devices.register(cast.actor("filling"), {"kind": "scale", "number": "S1", "gun": "1"})
    return client.Scale("S1", bytes.fromhex(key), lambda: grams.pop(0))


def test_a_cylinder_goes_through_the_station_and_to_the_customer(client, station) -> None:
    row = make.cylinder()
    code, answers = make.signed(row.label_code), make.checks()
    weigh = scale(client, [16_900, 31_000, 31_000])
    begun = client.now()
    turn = station.check(code, "1", weigh, answers, "checker", medium="lpg", purged=True)
    assert (turn["state"], turn["verdict"]) == ("prechecked", "allow")
    leave = station.unlock(code, "1", medium="lpg", filler="filler", checker="checker")
    assert leave["stop_at_kg"] == "31.4"
    body = {"medium": "lpg", "gross_before_g": 16_900, "purged": True}
    filled = station.fill(code, "1", begun, weigh, "filler", "checker", **body)
    assert filled["net_g"] == 14_100
    after = {item.id: "ok" for item in post_items(clock.today())}
    assert station.check_after(code, weigh, after, "checker")["findings"] == []
    assert station.release(code)["state"] == "released"
    later = client.now() + timedelta(seconds=30)
    told = [
        client.Station.event(row.label_code, kind, later + timedelta(seconds=5 * step), **data)
        for step, (kind, data) in enumerate(
            (("leave_station", {}), ("deliver_start", {}), ("deliver_done", {"customer": "K-0815"}))
        )
    ]
    assert [result["status"] for result in station.tell(told)] == [201, 201, 201]
    assert station.queue.waiting == station.queue.refused == []
    life = station.timeline(row.label_code)
    kinds = [entry["kind"] for entry in life]
    assert kinds[:4] == ["hand_over", "hand_over", "hand_over", "turn"]
    assert {"fill", "scan", "registration"} <= set(kinds)
    assert any("K-0815" in text for text in life[0]["details"])
    assert [entry["title"] for entry in station.timeline(row.label_code, "fill")] == ["充装 14.1 kg"]


def test_a_lost_answer_is_asked_for_again_and_nothing_is_there_twice(client, station, line) -> None:
    row = make.cylinder()
    line.lost = 2
    fill = make.sent(make.fill(row))
    assert station.record("/fillings", fill)["net_g"] == 14_100
    assert station.waits == [0.5, 1.0]
    assert db.session.query(Filling).count() == 1


def test_without_a_line_everything_waits_in_its_order_and_survives_a_restart(client, station, line, tmp_path) -> None:
    good, stopped = make.cylinder(), make.cylinder()
    judged = judge().Snapshot(snapshots.key_of(cast.unit("station").id))
    judged.take(station.snapshot(cast.unit("station").id))
    stopped_row = db.session.get_one(Cylinder, stopped.id)
    stopped_row.status = "suspended"
    db.session.commit()
    line.is_up = False
    for row in (good, stopped):
        assert judged.judge(make.signed(row.label_code), "1", "lpg", clock.now()).allowed
        station.fill_offline(make.sent(make.fill(row, minutes_ago=3)), hours=1)
    at = client.now() - timedelta(minutes=1)
    assert station.tell([client.Station.event(good.label_code, "leave_station", at)]) == []
    assert station.flush() == {}
    again = client.Station("http://registry", "token", tmp_path / "queue.jsonl", send=line, sleep=lambda _s: None)
    assert [entry["path"].rsplit("/", 1)[-1] for entry in again.queue.waiting] == ["fillings", "fillings", "events"]
    line.is_up = True
    answers = again.flush()
    assert len(answers) == 3
    assert again.queue.waiting == []
    (refused,) = again.queue.refused
    assert [finding["rule"] for finding in refused["problem"]["findings"]] == ["R07"]
    assert db.session.query(Filling).one().cylinder_id == good.id
    assert db.session.query(CylinderEvent).filter_by(kind="leave_station").count() == 1
    kept = [json.loads(text) for text in (tmp_path / "queue.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(kept) == 1


def test_what_is_refused_is_not_tried_again(client, station, line) -> None:
    row = make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    with pytest.raises(client.Refused) as refused:
        station.unlock(row.label_code, "1", medium="lpg")
    assert "R08" in refused.value.rules
    with pytest.raises(client.Refused) as refused:
        station.record("/fillings", make.sent(make.fill(row)))
    assert refused.value.status == 422
    assert (station.queue.waiting, len(station.queue.refused)) == ([], 1)
    assert station.waits == []


def test_a_code_is_bound_with_its_photos_and_confirmed_by_another(client, station, line, api_of, tmp_path) -> None:
    row = make.cylinder()
    blank, other = (one.code for one in labels.blanks(2))
    line.lost = 1  # a photo that nobody answered is sent again
    bound = station.bind(blank, row.label_code, labels.picture(), labels.picture(), reason="标签磨损")
    assert (bound["state"], bound["code"], bound["cylinder"]) == ("waiting", blank, row.serial_no)
    assert station.waits == [0.5]
    with pytest.raises(client.Refused):
        station.confirm(bound["id"])  # nobody confirms his own
    checker = client.Station(
        "http://registry", "token", tmp_path / "second.jsonl", send=Line(api_of("checker"), client)
    )
    assert checker.confirm(bound["id"])["state"] == "confirmed"
    assert db.session.get_one(Cylinder, row.id).label_code == blank
    with pytest.raises(client.Refused):
        station.bind(other, row.serial_no, labels.picture(), labels.picture())  # it has a code: why another


def test_registering_twice_finds_what_is_there(client, station) -> None:
    today = clock.today()
    marks = {
        "kind": "lpg_steel", "medium": "lpg_civil_gas", "maker": "徐州钢瓶厂", "maker_code": "B32",
        "serial_no": "C2601",
        "made_on": f"{today.year - 1}-03", "volume_ml": 35_500, "tare_g": 16_500, "register_no": "皖L-C2601",
    }  # fmt: skip
    first = station.register(marks)
    assert station.register(marks)["code"] == first["code"]
    with pytest.raises(client.Refused) as refused:
        station.register({**marks, "serial_no": "C2602", "volume_ml": 9})
    assert "volume_ml" in refused.value.problem["errors"]


def test_a_dead_line_gives_up_after_its_tries(client, station, line) -> None:
    line.is_up = False
    with pytest.raises(client.Unreachable):
        station.ask("GET", "/cylinders")
    assert line.asked == client.TRIES
    assert datetime.now(client.CITY).utcoffset() == timedelta(hours=8)
