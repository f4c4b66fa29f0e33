"""Work that nobody waits for: asked once, taken by one worker at a time, tried again when it fails."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Json, Moment, Name
from registry.models.office import StoredFile
from registry.models.people import Person

OPEN_JOBS = ("waiting", "running")


class Job(Base):
    """A piece of work. `state` is waiting, running, done, failed or stopped.

    `key` names what the work is about: of one key one job is open. A worker holds a job until `held_until`, which it
    puts off while it lives; after that somebody else may take it, and `tries` tells the two apart. `done` of `steps`
    are finished (`steps` 0: nobody knows how many there are); `part` and `about` name what is being done now.

    `problem` is for the administrator, `sentence` for who asked; `file_id` is the file that came out of it.
    `request_id` is the request that asked.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "uq_job_open_key",
            "key",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_key", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    key: Mapped[Name]
    data: Mapped[Json]
    state: Mapped[Code]
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=1)
    run_after: Mapped[Moment]
    worker: Mapped[Name] = mapped_column(default="")
    held_until: Mapped[Moment | None]
    problem: Mapped[Name] = mapped_column(default="")
    part: Mapped[Code] = mapped_column(default="", server_default="")
    about: Mapped[Name] = mapped_column(default="", server_default="")
    sentence: Mapped[Name] = mapped_column(default="", server_default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    asked_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    request_id: Mapped[Code] = mapped_column(default="", server_default="")

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
