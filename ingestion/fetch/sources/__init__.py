"""The publishers' interfaces: one small module each.

Each has request dataclasses, `fetch(fetcher, request) -> list[Answer]` and a pure
`read(data) -> list[dict]`, where a figure is a Decimal or None and `<name>_mark` holds what was
printed in its place (`-`, `X`, empty).
"""
