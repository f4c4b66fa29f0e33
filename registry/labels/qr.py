"""QR symbols of fixed version and mask, quickly.

With length, version, level and mask fixed every module is an affine function over GF(2) of the payload
bits. The `qrcode` package encodes one base payload and one payload per bit; the differences, kept as
integers in a table of 256 per byte, are XORed per label. The result is bit for bit what `qrcode` draws.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image
from qrcode import QRCode, constants, util

QUIET_ZONE = 4  # modules, ISO/IEC 18004 §9.1
MASK = 0  # the lowest mean penalty over sampled label URLs; a fixed mask is what makes the table possible
LEVELS = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_IS_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")
_PAIRS = {
    first + second: 45 * high + low
    for high, first in enumerate(_ALPHANUMERIC)
    for low, second in enumerate(_ALPHANUMERIC)
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What two payloads must share for the same table to serve them."""

    mode: int
    length: int
    version: int
    level: str

    @property
    def size(self) -> int:
        """Modules along one side, without the quiet zone."""
        return 17 + 4 * self.version

    @property
    def stride(self) -> int:
        """Bits of one stored row: the modules, padded to whole bytes."""
        return (self.size + 7) // 8 * 8

    @property
    def payload_bits(self) -> int:
        """Data bits that the characters take."""
        if self.mode == util.MODE_8BIT_BYTE:
            return 8 * self.length
        return 11 * (self.length // 2) + 6 * (self.length % 2)


class _Bits(util.QRData):  # type: ignore[misc]
    """A payload given as bits, which `qrcode` then places like any text of that length."""

    def __init__(self, shape: Shape, bits: int) -> None:
        self.mode = shape.mode
        self._length = shape.length
        self._bits = bits
        self._width = shape.payload_bits

    def __len__(self) -> int:
        return self._length

    def write(self, buffer: util.BitBuffer) -> None:
        buffer.put(self._bits, self._width)


class Table:
    """The affine function of one shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._bytes = (shape.payload_bits + 7) // 8
        # Not zero: `qrcode` cannot divide a block of nothing but zeros.
        self._base_payload = int.from_bytes(b"\xa5" * self._bytes, "big") >> self._padding
        self._base = _encode(shape, self._base_payload)
        self._rows = [self._differences(index) for index in range(self._bytes)]

    def bits(self, text: str) -> int:
        """The symbol of `text` as one integer: rows of `shape.stride` bits, the top row highest."""
        changed = payload_of(text, self.shape) ^ self._base_payload
        changed_bytes = (changed << self._padding).to_bytes(self._bytes, "big")
        symbol = self._base
        for differences, byte in zip(self._rows, changed_bytes, strict=True):
            symbol ^= differences[byte]
        return symbol

    @property
    def _padding(self) -> int:
        return 8 * self._bytes - self.shape.payload_bits

    def _differences(self, index: int) -> list[int]:
        """For each value of the payload's byte `index`, what it changes in the symbol."""
        differences = [0] * 256
        for bit in range(8):
            position = self.shape.payload_bits - 8 * (index + 1) + bit
            change = self._change(1 << position) if position >= 0 else 0
            for value in range(1 << bit):
                differences[value | 1 << bit] = differences[value] ^ change
        return differences

    def _change(self, bit: int) -> int:
        return _encode(self.shape, self._base_payload ^ bit) ^ self._base


@lru_cache(maxsize=8)
def table(shape: Shape) -> Table:
    """The table of a shape, made once per process (0.2 s for a 60-character URL)."""
    return Table(shape)


@lru_cache(maxsize=64)
def _version_for(mode: int, length: int, level: str) -> int:
    probe = QRCode(error_correction=LEVELS[level])
    probe.add_data(_Bits(Shape(mode, length, 1, level), 0))
    return int(probe.best_fit())


def shape_of(text: str, level: str = "Q") -> Shape:
    """The shape of `text`'s symbol: the smallest version that carries it.

    `qrcode.exceptions.DataOverflowError` when no version does.
    """
    if _IS_ALPHANUMERIC.fullmatch(text):
        mode, length = util.MODE_ALPHA_NUM, len(text)
    else:
        mode, length = util.MODE_8BIT_BYTE, len(text.encode())
    return Shape(mode, length, _version_for(mode, length, level), level)


def payload_of(text: str, shape: Shape) -> int:
    """The data bits of `text`, ISO/IEC 18004 §7.4.4 and §7.4.5."""
    if shape.mode == util.MODE_8BIT_BYTE:
        return int.from_bytes(text.encode(), "big")
    payload = 0
    for start in range(0, shape.length - 1, 2):
        payload = payload << 11 | _PAIRS[text[start : start + 2]]
    if shape.length % 2:
        payload = payload << 6 | _ALPHANUMERIC.index(text[-1])
    return payload


def matrix(url: str, level: str = "Q") -> list[list[bool]]:
    """The modules of `url`'s symbol, row by row from the top, dark is true; without the quiet zone."""
    shape = shape_of(url, level)
    symbol = _encode(shape, payload_of(url, shape))
    return unpack(symbol, shape)


def unpack(symbol: int, shape: Shape) -> list[list[bool]]:
    """Rows of modules from the integer form of `Table.bits`."""
    text = f"{symbol:0{shape.size * shape.stride}b}"
    starts = range(0, len(text), shape.stride)
    return [[bit == "1" for bit in text[start : start + shape.size]] for start in starts]


def path(url: str, level: str = "Q") -> tuple[str, int]:
    """An SVG path of the dark modules, one unit a module, and the side of the symbol with quiet zone."""
    rows = matrix(url, level)
    runs = []
    for y, row in enumerate(rows, start=QUIET_ZONE):
        for run in re.finditer("1+", "".join("01"[module] for module in row)):
            runs.append(f"M{run.start() + QUIET_ZONE} {y}h{len(run[0])}v1h-{len(run[0])}z")
    return "".join(runs), len(rows) + 2 * QUIET_ZONE


def svg(url: str, *, size_mm: float | None = None, level: str = "Q") -> str:
    """An SVG document of the symbol on white with its quiet zone; `size_mm` is its whole side."""
    dark, side = path(url, level)
    size = "" if size_mm is None else f' width="{size_mm:g}mm" height="{size_mm:g}mm"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"{size}'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )


def png(url: str, scale: int = 8, level: str = "Q") -> bytes:
    """A one-bit PNG of the symbol with its quiet zone, `scale` (1..64) pixels a module."""
    if not 1 <= scale <= 64:
        raise ValueError(f"scale must be 1 to 64 pixels a module: {scale}")
    shape = shape_of(url, level)
    symbol = _encode(shape, payload_of(url, shape))
    packed = symbol.to_bytes(shape.size * shape.stride // 8, "big")
    light = bytes(byte ^ 0xFF for byte in packed)
    modules = Image.frombytes("1", (shape.size, shape.size), light)
    side = shape.size + 2 * QUIET_ZONE
    canvas = Image.new("1", (side, side), 1)
    canvas.paste(modules, (QUIET_ZONE, QUIET_ZONE))
    out = io.BytesIO()
    canvas.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def _encode(shape: Shape, payload: int) -> int:
    """The symbol of a payload, drawn by `qrcode`, as the integer form of `Table.bits`."""
    code = QRCode(version=shape.version, error_correction=LEVELS[shape.level], mask_pattern=MASK, border=0)
    code.add_data(_Bits(shape, payload))
    code.make(fit=False)
    padding = "0" * (shape.stride - shape.size)
    return int("".join("".join("01"[bool(module)] for module in row) + padding for row in code.modules), 2)
