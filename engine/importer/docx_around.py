"""What a .docx has besides the words of its body: revisions, pictures, headers, footers, notes and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.importer.findings import Finding, flat

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_REVISED = [f"{_W}{one}" for one in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge")]
_PICTURES = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip",
    "{urn:schemas-microsoft-com:vml}imagedata",
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds",
)
_BESIDE = {"footer": "нижний колонтитул", "footnotes": "сноска", "endnotes": "сноска", "comments": "примечание"}
_PAGE = re.compile(r"\b(NUM|SECTION)?PAGES?\b")


def about(body: Any) -> Iterator[Finding]:
    """Yield what is to be said of revisions nobody accepted and of pictures nobody reads."""
    revised = sum(1 for _ in body.iter(*_REVISED))
    if revised:
        struck = [flat("".join(one.text or "" for one in part.iter(f"{_W}delText"))) for part in body.iter(f"{_W}del")]
        words = "», «".join(filter(None, struck))
        message = (
            f"В документе непринятые исправления ({revised}): прочитано так, будто все приняты"
            f"{f', вычеркнуто «{words}»' if words else ''}. "
            "Примите или отклоните их в Word («Рецензирование») и повторите."
        )
        yield Finding("unaccepted-changes", None, None, message)
    pictures = sum(1 for one in body.iter(*_PICTURES) if next(one.iterancestors(_FALLBACK), None) is None)
    if pictures:
        message = f"В документе картинки или вложенные объекты ({pictures}): слов на них srok не читает, сверьте сами."
        yield Finding("unread-picture", None, None, message)


def headers(part: Any) -> list[Any]:
    """Return the roots of the page headers, each wording once; a number of the page alone is none."""
    found: dict[str, Any] = {}
    for root in _roots(part, "header"):
        for one in [one for one in root.iter(f"{_W}p") if _is_page(one)]:
            one.getparent().remove(one)
        if words := _words(root):
            found.setdefault(words, root)
    return list(found.values())


def beside(part: Any) -> Iterator[Finding]:
    """Yield the words of footers, notes and comments: they go into no field."""
    seen: set[str] = set()
    for kind, where in _BESIDE.items():
        for root in _roots(part, kind):
            for one in [root] if kind == "footer" else root:
                words = _words(one)
                if words and words not in seen:
                    message = f"В план не вошло ({where}): «{words}». Проверьте, что это не мера и не поправка к ней."
                    yield Finding("beside-text", None, None, message)
                seen.add(words)


def _roots(part: Any, kind: str) -> Iterator[Any]:
    from docx.oxml import parse_xml  # noqa: PLC0415 (imported when used)

    for one in part.rels.values():
        if one.reltype.endswith(f"/{kind}") and not one.is_external:
            yield parse_xml(one.target_part.blob)


def _words(root: Any) -> str:
    """Return the words of every paragraph but those that only number the page."""
    lines = (one for one in root.iter(f"{_W}p") if not _is_page(one))
    return flat(" ".join("".join(word.text or "" for word in one.iter(f"{_W}t", f"{_W}delText")) for one in lines))


def _is_page(paragraph: Any) -> bool:
    fields = [one.text or "" for one in paragraph.iter(f"{_W}instrText")]
    fields += [one.get(f"{_W}instr", "") for one in paragraph.iter(f"{_W}fldSimple")]
    words = "".join(one.text or "" for one in paragraph.iter(f"{_W}t"))
    return any(_PAGE.search(one) for one in fields) and not re.search(r"[^\W\d]", words)
