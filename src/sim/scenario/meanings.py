"""What a parameter is, in the words of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


def meaning(scenario: Scenario, name: str) -> str:
    """Return what a parameter of a scenario is, such as `weight of expected harm from guarantors (Gamma)`.

    Empty for a name that the schema does not describe.

    Args:
        scenario: says which role a state has.
        name: dotted.
    """
    model: Any = Scenario
    text = ""
    parts = name.split(".")
    while parts:
        part = parts.pop(0)
        if part == "states" and parts:
            state = scenario.states.get(parts.pop(0))
            if state is None:
                break
            model = type(state)
            continue
        field: FieldInfo | None = getattr(model, "model_fields", {}).get(part)
        if field is None:  # the name of a state in a mapping
            break
        text = field.description or text
        kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if hasattr(kind, "model_fields")]
        model = kinds[0] if kinds else None
    return text
