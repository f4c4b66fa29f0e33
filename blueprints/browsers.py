"""What a browser calls itself, as its owner would: to recognise one's own sessions, not to tell visitors apart."""

from __future__ import annotations

# The first that is found; those that name others too come before them.
PROGRAMS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("QQBrowser", "QQ Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """`Chrome · Windows`; empty for one that says nothing known."""
    found = (next((name for mark, name in marks if mark in agent), "") for marks in (PROGRAMS, SYSTEMS))
    return " · ".join(part for part in found if part)
