"""Lists out as .xlsx: the address of a list with the same conditions behind it.

`/exports/elevators.xlsx?area=341302` is what `/elevators/?area=341302` shows, all of it.
"""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for

from blueprints import export_jobs
from blueprints.filters import say
from blueprints.sessions import actor, language
from registry import clock
from registry.exchange import lists
from registry.queries import parameters

bp = Blueprint("exports", __name__, url_prefix="/exports")


@bp.route("/<string:name>.xlsx")
def download(name: str) -> Any:
    """A whole list, under the conditions of its page."""
    return _workbook(name)


@bp.route("/indicators/<string:key>.xlsx")
def behind(key: str) -> Any:
    """What an indicator does not count, with the reasons; `on` and `area` as on its page."""
    return _workbook(f"behind/{key}")


def _workbook(name: str) -> Any:
    """The file at once; a long one is made in the background and fetched from the page of its job."""
    listing, schema = export_jobs.of(name)
    filters = export_jobs.asked(schema, request.args)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - sent after this function has returned
    most = int(parameters.value("export.background_rows", clock.today()))
    try:
        lists.write(target, listing, actor(), filters, language(), say, most=most)
    except lists.TooLong:
        job_id = export_jobs.ask(actor(), name, request.args, language())
        return redirect(url_for("jobs.show", job_id=job_id))
    target.seek(0)
    sent_as = export_jobs.file_name(listing, language())
    return send_file(target, mimetype=export_jobs.XLSX, as_attachment=True, download_name=sent_as)
