"""The security headers of every answer; a web server that hands out built files itself sends the same."""

from __future__ import annotations

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


def with_tiles(origin: str) -> dict[str, str]:
    """The headers where pictures also come from a tile server: from that one host alone."""
    if not origin:
        return HEADERS
    return {**HEADERS, "Content-Security-Policy": CONTENT_POLICY.replace("blob:;", f"blob: {origin};", 1)}
