import os
from pathlib import Path

import pytest

from registry import codes
from registry.labels.compose import Label
from registry.labels.fonts import FONT_PATH, Font, font

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    FONT_PATH,
    ROOT / "node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
)
KEYS = {"1": b"the first secret of a city, 32 B", "2": b"the secret after the first one.."}
BASE_URL = "https://tzsb.suzhou.gov.cn"


@pytest.fixture(scope="session")
def font_path() -> Path:
    """The label font that the asset build installs; LABEL_FONT names another copy of it."""
    places = [Path(os.environ["LABEL_FONT"])] if "LABEL_FONT" in os.environ else list(PLACES)
    for place in places:
        if place.is_file():
            return place
    pytest.fail(f"the label font is not there, build the assets first; looked at {places}")


@pytest.fixture(scope="session")
def typeface(font_path: Path) -> Font:
    return font(font_path)


@pytest.fixture
def label():
    def make(
        title: str = "宿州市埇桥区安泰液化石油气充装有限公司",
        lines: tuple[str, ...] = ("登记证号 瓶皖L00017", "服务电话 0557-3012345"),
        base_url: str = BASE_URL,
    ) -> Label:
        code = codes.new_code("0A1", version="1")
        return Label(codes.qr_url(base_url, code, KEYS), code, title, lines)

    return make
