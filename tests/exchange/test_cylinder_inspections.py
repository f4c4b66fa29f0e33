"""Results of inspections of cylinders as a spreadsheet: rehearsed, named errors, then on file."""

from registry import clock
from registry.exchange import desk
from registry.queries import cylinders as queries
from seeds import cast
from tests.cylinder_factory import cylinder

HEAD = "标签码,检验日期,结论,外观,焊缝,阀座,壁厚,容积,水压试验,气密性试验,报废原因,检验员,审核员,皮重"
ALL = "合格," * 7


def test_good_rows_come_on_file_and_bad_ones_are_named(app) -> None:
    one, two, who = cylinder(), cylinder(), cast.actor("inspector")
    day = clock.today().isoformat()
    rows = (
        HEAD,
        f"{one.label_code},{day},合格,{ALL},甲,乙,16.6",
        f"{two.serial_no},{day},报废,合格,报废,,,,,,定期检验不合格,甲,乙,",
        f"NONE,{day},合格,{ALL},甲,乙,",
    )
    batch = desk.check(who, desk.receive(who, "cylinder_inspections", "检验.csv", "\n".join(rows).encode()).id)
    assert (batch.result["counts"]["new"], batch.result["counts"]["refused"]) == (2, 1)
    assert batch.result["errors"][0][:3] == [4, "标签码", "NONE"]
    section = cast.actor("section")
    assert queries.by_code(section, one.handle).inspections == []  # only rehearsed
    desk.run(who, batch.id)
    kept = [queries.by_code(section, row.handle) for row in (one, two)]
    assert [(row.status, row.tare_g) for row in kept] == [("in_use", 16_600), ("scrap_pending", 16_500)]
    assert kept[0].inspections[0].checks["weld"] == "pass"
