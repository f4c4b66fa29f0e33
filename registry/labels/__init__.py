"""QR labels: symbols (`qr`), sheets and rolls as data (`layouts`), their PDF (`pdf`) and preview (`preview`)."""
