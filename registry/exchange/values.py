"""What a cell can hold that is not a value, and the refusal of one."""

from __future__ import annotations

from enum import Enum

from registry.messages import T


class BadValue(Exception):
    """A cell that cannot be taken; `reason` is a sentence for the person who has to mend it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fault(Enum):
    """A cell of a workbook that shows no usable value. `text` stands in for it in reports."""

    FORMULA = "formula"
    ERROR = "error"

    @property
    def text(self) -> str:
        return {"formula": "=?", "error": "#?"}[self.value]

    @property
    def reason(self) -> T:
        if self is Fault.FORMULA:
            return T("公式没有保存计算结果，请在Excel或WPS中打开并保存，或改填数值")
        return T("公式计算出错，请改填数值")
