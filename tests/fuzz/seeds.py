#!/usr/bin/env python3
"""Writes what the fuzz targets begin with: of each kind of case in protocol/vectors one object and the message that
carries it, below corpus/decoders; every name and link that the vectors hold, below corpus/texts.

In: protocol/vectors. Out: files named by their content, the same every time."""
import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
VECTORS = HERE.parent.parent / "protocol" / "vectors"
CARRIES = {
    "grant": "grant", "revocation": "revoke", "request": "request", "pairing": "pair", "disclosure": "disclose",
    "acknowledgement": "acknowledge", "erasure-receipt": "erased", "item": "put",
    "profile": "profile", "acceptance": "paired", "alternative": "alternative",
}
# Kinds of damage, one of each; the rest is found by turning bits.
KINDS = ("valid", "tampered", "unsorted", "duplicate", "long", "indefinite", "wrong", "truncated", "deep", "missing")


def head(major: int, length: int) -> bytes:
    if length < 24:
        return bytes([major << 5 | length])
    size = 1 if length < 1 << 8 else 2 if length < 1 << 16 else 4
    return bytes([major << 5 | 23 + size.bit_length()]) + length.to_bytes(size, "big")


def text(word: str) -> bytes:
    return head(3, len(word)) + word.encode()


def write(target: str, content: bytes) -> None:
    place = HERE / "corpus" / target
    place.mkdir(parents=True, exist_ok=True)
    (place / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


def strings(value) -> list:
    if isinstance(value, str):
        return [value] if len(value) < 200 else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [found for part in parts for found in strings(part)]


def main() -> None:
    words = set()
    for file in sorted(VECTORS.glob("*.json")):
        seen = set()
        for case in json.loads(file.read_text())["cases"]:
            if len(words) < 300:
                words.update(word for word in strings(case) if ":" in word or "." in word)
            kind = next((kind for kind in KINDS if case["name"].startswith(kind)), None)
            whole = all(isinstance(case.get(part), str) for part in ("body", "signature"))
            if kind is None or kind in seen or not whole or len(case["body"]) > 8192:
                continue
            seen.add(kind)
            body, signature = bytes.fromhex(case["body"]), bytes.fromhex(case["signature"])
            signed = b"\xa2" + text("body") + head(2, len(body)) + body
            signed += text("signature") + head(2, len(signature)) + signature
            write("decoders", signed)
            write("decoders", body)
            if file.stem in CARRIES:
                write("decoders", b"\xa1" + text(CARRIES[file.stem]) + signed)
    for word in words:
        write("texts", word.encode())


if __name__ == "__main__":
    main()
