"""What a signed paper may be as a file: PDF or JPEG, not large, and without the data
that a camera or phone writes into a picture (place, device, time; domain 9.1)."""

from baodao.core.errors import Invalid

MOST_BYTES = 4 * 1024 * 1024
COLOUR = (0xE0, 0xE2, 0xEE)  # the size of its points, its profile, its transform
KINDS = {"application/pdf": "PDF", "image/jpeg": "JPEG"}


def cleaned(data: bytes) -> tuple[str, bytes]:
    """(kind, bytes to keep). Raises Invalid for what is no such file."""
    if len(data) > MOST_BYTES:
        raise Invalid(fields={"file": "文件超过 4 兆。请扫描成黑白或调低清晰度再传。"})
    if data.startswith(b"%PDF-"):
        return "application/pdf", data
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", without_exif(data)
    raise Invalid(fields={"file": "只收 PDF 或 JPEG。请换一种格式再传。"})


def without_exif(data: bytes) -> bytes:
    """A JPEG without what programs and cameras write beside the picture (all APP
    segments but those of colour, comments, whatever follows its end); the picture
    itself stays bit by bit. Raises Invalid when the file is broken."""
    kept, at = [data[:2]], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xDA:  # from here on it is the picture
            end = data.find(b"\xff\xd9", at)
            if end < 0:
                break
            return b"".join([*kept, data[at : end + 2]])
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in COLOUR or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    raise Invalid(fields={"file": "这张图片打不开。请重新扫描或拍照再传。"})
