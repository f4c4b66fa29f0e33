"""Areas of the city: divisions that have a GB/T 2260 code, and parks with a branch office (elevators.md §9.3)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Code, Name


class Area(Base):
    """A city, county or park. A park lies in a county for statistics but its branch office is in charge.

    `short` is how the numbers of its office's papers begin: 宿市监特交〔2026〕5号.
    """

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[Name]
    name_en: Mapped[Name]
    level: Mapped[Code]
    parent_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    arrival_limit_minutes: Mapped[int]
    certainty: Mapped[Code] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    short: Mapped[Code] = mapped_column(default="", server_default="")
