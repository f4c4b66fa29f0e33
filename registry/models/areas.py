"""Areas of the city: divisions that have a GB/T 2260 code, and parks with a branch office (elevators.md §9.3);
what left them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Big, Code, Day, Name


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


class AreaLeft(Base):
    """An elevator or a cylinder was in this area until the day before `left_on`: what a past day is answered by."""

    __tablename__ = "area_left"
    __table_args__ = (
        Index("ix_area_left_elevator_id_left_on", "elevator_id", "left_on"),
        Index("ix_area_left_cylinder_id_left_on", "cylinder_id", "left_on"),
        Index("ix_area_left_left_on", "left_on"),
    )

    id: Mapped[Big]
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    left_on: Mapped[Day]
