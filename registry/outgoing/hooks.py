"""Webhooks of groups: WeCom (企业微信), DingTalk (钉钉), and plain JSON.

Nothing is sent to an address inside (private, loopback, link-local and the like) unless REGISTRY_HOOKS_PRIVATE allows
it. The name is resolved once and the connection goes to the very address that was judged, so that a name that changes
meanwhile leads nowhere else; redirections are not followed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, quote_plus, urlsplit

from registry import clock
from registry.outgoing import SECONDS, Undelivered
from registry.settings import Settings

MOST_BYTES = 4000  # WeCom takes 4096 bytes of markdown
MOST_ANSWER = 10_000
# What their servers answer when an address or signature is wrong, or the robot is gone: no use to try again.
FOR_GOOD = {93000, 300001, 300005, 310000, 400101, 40001, 40003, 41001}


def send(settings: Settings, flavour: str, url: str, secret: str, title: str, text: str, ref: str) -> None:
    """Post one message. `flavour` wecom, dingtalk or json; `text` is markdown.

    Raises:
        Undelivered: the address may not be used, nobody answers there, or the answer is no.
    """
    target = _checked(settings, url)
    address = _address(settings, target)
    now = clock.now()
    query = target.query
    if flavour == "dingtalk" and secret:
        query = "&".join(part for part in (query, signature(secret, now)) if part)
    body = json.dumps(body_of(flavour, title, text, ref), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "special-equipment-registry"}
    if flavour == "json" and secret:
        headers["X-Registry-Timestamp"] = str(int(now.timestamp()))
        headers["X-Registry-Signature"] = _signed(secret, f"{int(now.timestamp())}.".encode() + body)
    status, answer = _post(target, address, f"{target.path or '/'}{'?' + query if query else ''}", body, headers)
    _judge(flavour, status, answer)


def body_of(flavour: str, title: str, text: str, ref: str) -> dict[str, Any]:
    """The JSON that each of them takes."""
    if flavour == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": shortened(f"**{title}**\n{text}")}}
    if flavour == "dingtalk":
        return {"msgtype": "markdown", "markdown": {"title": title, "text": shortened(f"**{title}**\n\n{text}")}}
    return {"ref": ref, "title": title, "text": text}


def shortened(text: str, most: int = MOST_BYTES) -> str:
    """As many whole lines as fit into so many bytes."""
    if len(text.encode()) <= most:
        return text
    kept, size = [], len("…".encode()) + 1
    for line in text.split("\n"):
        size += len(line.encode()) + 1
        if size > most:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def signature(secret: str, now: datetime) -> str:
    """DingTalk's `timestamp` (milliseconds) and `sign`: base64 of HMAC-SHA-256 of timestamp, line feed and secret under
    the secret, written for an address."""
    stamp = str(int(now.timestamp() * 1000))
    mac = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={stamp}&sign={quote_plus(base64.b64encode(mac))}"


def _signed(secret: str, data: bytes) -> str:
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


def is_safe(settings: Settings, url: str) -> bool:
    """Whether an address is one that a message may be sent to, as far as its text tells."""
    try:
        _checked(settings, url)
    except Undelivered:
        return False
    return True


def _checked(settings: Settings, url: str) -> SplitResult:
    try:
        target = urlsplit(url)
        port = target.port
    except ValueError as error:
        raise Undelivered("unsafe", for_good=True) from error
    schemes = ("https", "http") if settings.hooks_private else ("https",)
    if target.scheme not in schemes or not target.hostname or target.username is not None or port == 0:
        raise Undelivered("unsafe", for_good=True)
    if any(character <= " " or character == "\x7f" for character in url):
        raise Undelivered("unsafe", for_good=True)
    return target


def _address(settings: Settings, target: SplitResult) -> str:
    """The address to connect to: the first one of the name; none may lie inside."""
    assert target.hostname is not None
    try:
        found = socket.getaddrinfo(target.hostname, _port(target), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered("unresolved") from error
    addresses = [str(info[4][0]).partition("%")[0] for info in found]
    if not settings.hooks_private and any(not _is_outside(address) for address in addresses):
        raise Undelivered("private", for_good=True)
    return addresses[0]


def _is_outside(address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.is_site_local or found in ipaddress.ip_network("::/96"):  # old dresses of inside and of IPv4
            return False
        # Addresses of IPv4 in another dress: what they carry decides.
        inner = found.ipv4_mapped or found.sixtofour
        if inner is not None:
            return _is_outside(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return _is_outside(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


def _port(target: SplitResult) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was judged, whatever its name leads to now."""

    def __init__(self, target: SplitResult, address: str) -> None:
        super().__init__(target.hostname or "", _port(target), timeout=SECONDS)
        self.address, self.is_tls = address, target.scheme == "https"

    def connect(self) -> None:
        raw = socket.create_connection((self.address, self.port), SECONDS)
        if self.is_tls:
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=self.host)
        self.sock = raw


def _post(target: SplitResult, address: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = _Pinned(target, address)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.read(MOST_ANSWER)
    except ssl.SSLError as error:
        raise Undelivered("tls", away=True) from error
    except TimeoutError as error:
        raise Undelivered("timeout", away=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered("away", type(error).__name__, away=True) from error
    finally:
        connection.close()


def _judge(flavour: str, status: int, answer: bytes) -> None:
    if status >= 300:
        raise Undelivered("refused", f"HTTP {status}", for_good=status in (400, 401, 403, 404, 410))
    if flavour == "json":
        return
    try:
        said = json.loads(answer)
        code = int(said.get("errcode", -1))
    except (ValueError, AttributeError, TypeError) as error:
        raise Undelivered("refused", "no JSON") from error
    if code != 0:
        raise Undelivered("refused", f"{code} {said.get('errmsg', '')}", for_good=code in FOR_GOOD)
