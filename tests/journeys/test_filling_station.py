"""A filling station's own software: bottles on file, labels printed and read, scans, fills one by one and in bulk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import zxingcpp

from registry.rules.filling_items import items_for
from tests.cylinder_factory import marks
from tests.journeys.conftest import Time, sent


def bottle(api: Any, **changes: Any) -> dict[str, Any]:
    """Put an LPG bottle of 35.5 L on file."""
    body = {**marks(**changes), "made_on": changes.get("made_on", "2025-05"), "registered_on": "2025-06-10"}
    found: dict[str, Any] = sent(api.post("/cylinders", body))
    return found


def printed(api: Any, codes: list[str]) -> dict[str, str]:
    """Print labels and read them again: code -> what a scanner gun types."""
    answer = api.post("/labels", {"codes": codes, "layout": "a4-70x37", "format": "pdf"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pictures = [page.render(scale=300 / 72, grayscale=True).to_pil() for page in pypdfium2.PdfDocument(answer.data)]
    texts = [found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)]
    return {code: next(text for text in texts if f"/Q/{code}." in text) for code in codes}


def fill(label: str, end: datetime, **changes: Any) -> dict[str, Any]:
    """One fill as the scale at the gun reports it."""
    return {
        "ref": str(uuid4()),
        "code": label,
        "gun": "1",
        "medium": "lpg",
        "checks": {item.id: "ok" for item in items_for("lpg", end.date())},
        "purged": True,
        "gross_before_g": 16_900,
        "gross_after_g": 31_200,
        "started_at": (end - timedelta(minutes=3)).isoformat(),
        "ended_at": end.isoformat(),
        "filler": "filler",
        "checker": "checker",
        **changes,
    }


def test_from_the_label_to_the_figure(time: Time, api_of, figure, behind) -> None:
    manager, gun = api_of("filling"), api_of("filler")
    good, overdue = bottle(manager, medium="lpg"), bottle(manager, medium="lpg", made_on="2022-05")
    assert overdue["overdue"] is True
    assert behind("cylinder_insurance")[good["code"]] == "从未投保"
    labels = printed(manager, [good["code"], overdue["code"]])

    look = {"purpose": "fill", "gun": "1", "medium": "lpg"}
    green = sent(gun.post("/scans", {**look, "code": labels[good["code"]]}), 200)
    assert (green["verdict"], green["code"], green["max_kg"], green["stop_at_kg"]) == ("allow", "00", "14.9", "31.4")
    end = time.forward(minutes=4)
    body = fill(labels[good["code"]], end)
    recorded = sent(gun.post("/fillings", body))
    assert (recorded["net_g"], recorded["scanned"], recorded["findings"]) == (14_300, True, [])
    again = gun.post("/fillings", body)
    assert (again.status_code, again.json["id"]) == (200, recorded["id"])
    assert gun.post("/fillings", {**body, "gross_after_g": 31_000}).status_code == 409

    red = sent(gun.post("/scans", {**look, "code": labels[overdue["code"]]}), 200)
    assert (red["verdict"], red["findings"][0]["rule"]) == ("block", "R08")
    assert red["findings"][0]["basis"]
    assert "max_kg" not in red
    refused = gun.post("/fillings", fill(labels[overdue["code"]], end))
    assert (refused.status_code, refused.json["findings"][0]["rule"]) == (422, "R08")
    head, _, mac = labels[good["code"]].rpartition(".")
    forged = sent(gun.post("/scans", {**look, "code": f"{head}.{'0' * len(mac)}"}), 200)
    assert (forged["verdict"], forged["code"], forged["cylinder"]) == ("block", "01", None)

    assert figure("cylinder_traceability")[0] == figure("cylinder_traceability")[1] == 2
    assert sent(manager.get(f"/cylinders/{good['code']}"), 200)["last_filled_at"] is not None


def test_a_morning_without_a_network_arrives_at_once(time: Time, api_of) -> None:
    """Filled while the line was down: good rows stay, bad ones say why, sending again adds nothing."""
    manager, gun = api_of("filling"), api_of("filler")
    codes = [bottle(manager, medium="lpg")["code"] for _ in range(4)]
    end = time.forward(hours=3)
    rows = [fill(code, end - timedelta(minutes=5 * number)) for number, code in enumerate(codes)]
    rows[1]["gross_after_g"] = 33_500  # too much
    rows.append({**rows[0], "ref": "no uuid"})
    results = sent(gun.post("/fillings/batch", {"fillings": rows}), 200)["results"]
    assert [result["status"] for result in results] == [201, 422, 201, 201, 422]
    assert results[1]["findings"][0]["severity"] == "block"
    assert "ref" in results[4]["errors"]
    again = sent(gun.post("/fillings/batch", {"fillings": rows}), 200)["results"]
    assert [result["status"] for result in again] == [200, 422, 200, 200, 422]
    assert [result["id"] for result in again if "id" in result] == [
        result["id"] for result in results if "id" in result
    ]


def test_what_happens_to_a_bottle_that_comes_home(time: Time, api_of) -> None:
    """Out of use it may not be filled; inspected and taken back it may."""
    manager, gun, inspector = api_of("filling"), api_of("filler"), api_of("inspector")
    code = bottle(manager, medium="lpg", made_on="2022-05")["code"]
    look = {"code": code, "purpose": "fill", "gun": "1", "medium": "lpg"}
    assert sent(gun.post("/scans", look), 200)["verdict"] == "block"
    done = {"done_on": time.day(-1), "passed": True, "report_no": "QP-2026-881"}
    after = sent(inspector.post(f"/cylinders/{code}/inspections", done))
    assert after["overdue"] is False
    assert sent(gun.post("/scans", look), 200)["verdict"] in ("allow", "warn")
    sent(manager.post(f"/cylinders/{code}/suspend", {"reason": "瓶阀更换"}), 200)
    assert sent(gun.post("/scans", look), 200)["verdict"] == "block"
    mended = {"reason": "瓶阀已更换"}
    assert manager.post(f"/cylinders/{code}/resume", mended).status_code == 403  # the office's to say
    sent(api_of("county").post(f"/cylinders/{code}/resume", mended), 200)
    assert sent(gun.post("/scans", look), 200)["verdict"] in ("allow", "warn")
