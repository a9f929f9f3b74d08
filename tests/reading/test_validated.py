import pickle
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.reading import InputError, Problem, did_you_mean, nearest, read_text, shown, shown_path, validated


class Base(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Cat(Base):
    kind: Literal["cat"]
    lives: int = Field(ge=1, le=9)


class Dog(Base):
    kind: Literal["dog"]
    weight: Annotated[float, Field(gt=0.0)]


class House(Base):
    name: str = Field(min_length=1)
    warm: bool = True
    size: tuple[float, float] = (1.0, 1.0)
    pets: dict[str, Annotated[Cat | Dog, Field(discriminator="kind")]] = {}
    colour: Literal["red", "green"] = "red"

    @model_validator(mode="after")
    def _no_tom(self) -> "House":
        if "Tom" in self.pets:
            raise ValueError("pets.Tom: is not welcome\npets.Tom.lives: are none of yours\nall in all: no")
        return self


def refusal(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        validated(House, read_text(text, "h.yaml"))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: ''", "h.yaml:1:7   name: is empty"),
        ("name: 3", "h.yaml:1:7   name: 3 is not text"),
        ("{}", "h.yaml:1:1   name: is missing"),
        ("[1, 2]", "h.yaml:1:1   [1, 2] is not a mapping"),
        ("name: a\nwarm: 'true'", 'h.yaml:2:7   warm: "true" is not true or false'),
        ("name: a\nwarm: 1", "h.yaml:2:7   warm: 1 is not true or false"),
        ("name: a\nsize: [1, true]", "h.yaml:2:11   size.1: true is not a number"),
        ("name: a\nsize: [1, '2']", 'h.yaml:2:11   size.1: "2" is not a number'),
        ("name: a\nsize: [1]", "h.yaml:2:7   size.1: is missing"),
        ("name: a\nsize: [1, 2, 3]", "h.yaml:2:7   size: takes at most 2 entries, not 3"),
        ("name: a\nsize: 1", "h.yaml:2:7   size: 1 is not a list"),
        ("nam: a\nname: b", 'h.yaml:1:1   nam: unknown name. Did you mean "name"?'),
        ("name: a\nzzzzzz: 1", "h.yaml:2:1   zzzzzz: unknown name"),
        ("name: a\ncolour: gren", 'h.yaml:2:9   colour: "gren" is none of red or green. Did you mean "green"?'),
        ("name: a\npets: {Bo: {kind: cat, lives: 10}}", "h.yaml:2:31   pets.Bo.lives: 10 is above its maximum 9"),
        ("name: a\npets: {Bo: {kind: cat, lives: 0}}", "h.yaml:2:31   pets.Bo.lives: 0 is below its minimum 1"),
        ("name: a\npets: {Bo: {kind: cat, lives: 2.5}}", "h.yaml:2:31   pets.Bo.lives: 2.5 is not a whole number"),
        ("name: a\npets: {Bo: {kind: dog, weight: 0}}", "h.yaml:2:32   pets.Bo.weight: 0 is not above 0.0"),
        (
            "name: a\npets: {Bo: {kind: dog, weight: 1, live: 2}}",
            "h.yaml:2:35   pets.Bo.live: unknown name",
        ),
        (
            "name: a\npets: {Bo: {kind: cat, live: 2, lives: 2}}",
            'h.yaml:2:24   pets.Bo.live: unknown name. Did you mean "lives"?',
        ),
        ("name: a\npets: {Bo: {lives: 2}}", "h.yaml:2:8   pets.Bo.kind: is missing; it is one of cat, dog"),
        (
            "name: a\npets: {Bo: {kind: cta}}",
            'h.yaml:2:19   pets.Bo.kind: "cta" is none of cat, dog. Did you mean "cat"?',
        ),
        ("name: a\npets: {Bo: 3}", "h.yaml:2:12   pets.Bo: 3 is not a mapping"),
    ],
)
def test_one_mistake_gives_one_problem_at_its_place(text: str, message: str) -> None:
    assert refusal(text) == [message]


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    found = refusal("colour: blue\npets: {Bo: {kind: cat, lives: 10}}\nnames: a\n")
    assert [line.split("   ")[0] for line in found] == ["h.yaml:1:1", "h.yaml:1:9", "h.yaml:2:31", "h.yaml:3:1"]


def test_a_models_own_validator_can_name_places() -> None:
    assert refusal("name: a\npets: {Tom: {kind: cat, lives: 1}}") == [
        "h.yaml:1:1   all in all: no",
        "h.yaml:2:13   pets.Tom: is not welcome",
        "h.yaml:2:32   pets.Tom.lives: are none of yours",
    ]


def test_problems_stand_in_a_column_and_are_counted() -> None:
    first = Problem("scenarios/mine.yaml", 41, 7, "states.Russia.resolv", "unknown name", 'Did you mean "resolve"?')
    second = Problem("scenarios/mine.yaml", 58, 14, "states.Iran.capability", "1.9 is above its maximum 1.0")
    assert str(InputError(first, second)) == (
        'scenarios/mine.yaml:41:7   states.Russia.resolv: unknown name. Did you mean "resolve"?\n'
        "scenarios/mine.yaml:58:14  states.Iran.capability: 1.9 is above its maximum 1.0\n"
        "2 errors; nothing was run."
    )
    assert str(InputError("no such thing")) == "no such thing\n1 error; nothing was run."
    assert str(InputError(first)).startswith(str(first).split("   ")[0])


def test_errors_pass_between_processes() -> None:
    error = InputError(Problem("a", 1, 2, "b", "c"), "d")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "value", ["x" * 10_000, list(range(10_000)), {str(i): i for i in range(1000)}, 10**5000, "a\nb\x1b[31m"], ids=type
)
def test_shown_values_are_short_and_on_one_line(value: object) -> None:
    text = shown(value)
    assert len(text) <= 60
    assert text.isprintable()


def test_suggestions() -> None:
    assert nearest("resolv", ["defence", "resolve"]) == "resolve"
    assert nearest("RUSSIA", ["Iran", "Russia"]) == "Russia"
    assert nearest("xyz", ["Iran", "Russia"]) is None
    assert did_you_mean("zzz", []) is None


def test_paths_below_the_working_directory_are_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a" / "b.yaml") == "a/b.yaml"
    assert shown_path(Path("/elsewhere/b.yaml")) == "/elsewhere/b.yaml"
