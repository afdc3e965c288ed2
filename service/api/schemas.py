"""What callers send, checked strictly at the door."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from classifier.dataset import text_problem
from rules.petition import Petition
from rules.text import MAX_LENGTH

MOST_PETITIONS = 1000
Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
EXAMPLE: dict[str, JsonValue] = {
    "id": "2026-0001",
    "title": "小区路灯坏了半个月",
    "body": "我住在A区青禾小区，门口一排路灯半个月不亮，老人晚上出门摔了两次，请尽快安排维修。",
    "received_at": "2026-11-20",
}


Named = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class PetitionIn(BaseModel):
    """A petition. There is no field for who wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [EXAMPLE]})

    body: str = Field(validation_alias=AliasChoices("body", "text"), max_length=MAX_LENGTH, description="the text")
    id: Short = Field("1", description="your number of the petition; comes back as petition_id")
    title: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""
    channel: Short = ""
    region: Short = ""
    received_at: date | None = Field(None, description="day of receipt; without it the day of the call counts")
    respondents: tuple[Named, ...] = Field((), max_length=20, description="organisations complained of: codes or names")

    @model_validator(mode="after")
    def _readable(self) -> PetitionIn:
        problem = text_problem(self.title, self.body.strip())
        if problem:
            raise ValueError(problem)
        return self

    def petition(self) -> Petition:
        return Petition(
            id=self.id,
            body=self.body,
            title=self.title,
            channel=self.channel,
            region=self.region,
            received_at=self.received_at,
            respondents=self.respondents,
        )


class BatchIn(BaseModel):
    """Up to 1,000 petitions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    petitions: tuple[PetitionIn, ...] = Field(min_length=1, max_length=MOST_PETITIONS)


class FieldProblem(BaseModel):
    """One field that is wrong, by its place in the body."""

    field: str
    message: str


class ProblemOut(BaseModel):
    """An error as RFC 9457 describes it; it never repeats what was sent."""

    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    happened: dict[str, Any] | None = Field(None, description="of a 409: what somebody did before")
