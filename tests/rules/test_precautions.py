"""What the label of a fill says of its gas."""

import pytest

from registry.rules.kinds import MEDIA
from registry.rules.precautions import SIGNALS, precautions

GASES = [
    ("lpg_civil_gas", "1075", ("2.1",), "danger"),
    ("oxygen", "1072", ("2.2", "5.1"), "danger"),
    ("nitrogen", "1066", ("2.2",), "warning"),
    ("carbon_dioxide", "1013", ("2.2",), "warning"),
    ("acetylene", "1001", ("2.1",), "danger"),
    ("chlorine", "1017", ("2.3", "5.1", "8"), "danger"),
    ("ammonia", "1005", ("2.3", "8"), "danger"),
    ("natural_gas", "1971", ("2.1",), "danger"),
    ("hydrogen_fluoride", "1052", ("8", "6.1"), "danger"),
]


@pytest.mark.parametrize(("medium", "un", "classes", "signal"), GASES)
def test_number_classes_and_signal(medium, un, classes, signal) -> None:
    found = precautions()[medium]
    assert (found.un, found.classes, found.signal) == (un, classes, signal)


def test_every_gas_of_the_register_has_a_label_with_hazards_and_care() -> None:
    assert set(precautions()) == set(MEDIA)
    for found in precautions().values():
        assert found.hazards, found.medium
        assert found.care, found.medium
        assert found.signal in SIGNALS
        assert found.un.isdecimal()
        assert len(found.un) == 4
        assert "0532-83889090" in found.emergency.zh


SAID = [
    ("nitrogen", "窒息", True),
    ("air", "窒息", False),
    ("oxygen", "油脂", True),
    ("nitrogen", "油脂", False),
    ("lpg_civil_gas", "比空气重", True),
    ("natural_gas", "比空气重", False),
    ("lpg_civil_gas", "灶具", True),
    ("lpg_industrial", "灶具", False),
    ("acetylene", "直立", True),
    ("ammonia", "灼伤", True),
    ("chlorine", "防毒面具", True),
]


@pytest.mark.parametrize(("medium", "words", "expected"), SAID)
def test_sentences_follow_from_the_classes(medium, words, expected) -> None:
    found = precautions()[medium]
    text = "".join(sentence.zh for sentence in (*found.hazards, *found.care))
    assert (words in text) is expected


def test_flammable_and_oxidising_agree_with_the_table_of_media() -> None:
    for medium, found in precautions().items():
        if MEDIA[medium].oxidising and medium != "air":
            assert "5.1" in found.classes, medium
        if "2.1" in found.classes:
            assert MEDIA[medium].flammable, medium
