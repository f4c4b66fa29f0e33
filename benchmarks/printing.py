"""Ten thousand labels in one PDF."""

from __future__ import annotations

from benchmarks.harness import Measure, at_most, measure, seconds
from registry import codes
from registry.labels import qr
from registry.labels.compose import Label
from registry.labels.layouts import LAYOUTS
from registry.labels.pdf import labels_pdf

COUNT = 10_000
BAR_SECONDS = 4.0
KEYS = {"1": b"a key for measuring"}


@measure
def labels_10000() -> Measure:
    """Seconds for the sheet, text included; reference: the matrices of a hundred symbols by `qrcode` as it comes."""
    import qrcode

    found = [codes.new_code(version="1") for _ in range(COUNT)]
    urls = [codes.qr_url("https://tzsb.example.cn", code, KEYS) for code in found]
    labels = [
        Label(url, code, "宿州皖北液化气充装站", (f"瓶皖L{number:05d}", "服务电话 0557-3012345"))
        for number, (url, code) in enumerate(zip(urls, found, strict=True))
    ]

    def plain() -> None:
        for url in urls[:100]:
            symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
            symbol.add_data(url)
            symbol.make()

    qr.matrix(urls[0])
    taken = seconds(lambda: labels_pdf(labels, LAYOUTS["a4-70x37"]))
    return at_most("labels_10000", taken, "s", seconds(plain), BAR_SECONDS)
