"""The fields of a form as browsers encode it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import HTTPException, Path, Request

from service.store.schema import HIGHEST

MOST_FIELDS, MOST_DIGITS = 10, 9
Number = Annotated[int, Path(ge=1, le=HIGHEST)]
"""The number of a petition in the store, in the path of an address."""
FORM = "application/x-www-form-urlencoded"


def is_form(request: Request) -> bool:
    """Whether the body is a form."""
    return request.headers.get("content-type", "").startswith(FORM)


async def fields(request: Request) -> Mapping[str, str]:
    """Each field's first value as it was sent; none of a body that is no form. Raises HTTPException for too many
    fields.
    """
    if not is_form(request):
        return {}
    body = (await request.body()).decode("utf-8", "replace")
    try:
        given = parse_qs(body, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, "the form has too many fields") from None
    return {name: values[0] for name, values in given.items()}


def text_of(given: Mapping[str, str], name: str) -> str:
    """What somebody typed: stripped, with line breaks of one character; "" where nothing was sent."""
    return given.get(name, "").strip().replace("\r\n", "\n")


def number(written: str) -> int:
    """A number of the store or of a version; 0, which none of them has, for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS else 0
