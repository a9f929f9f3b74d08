"""The reference pages that nobody writes by hand: the command line from its own help, the scenario from its schema.

`make docs` runs this before Sphinx; what it writes is not kept in the repository.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from sim.scenario.schema_file import text

DOCS: Final = Path(__file__).parent
KINDS: Final = ("ProtegeState", "GuarantorState", "ChallengerState")
"""What a state can be: pages tell a state's keys by its role."""


def command_line() -> str:
    """Return the help of every command as Markdown, as Typer's own command writes it.

    Raises:
        subprocess.CalledProcessError: it ended with an error.

    """
    command = [
        sys.executable,
        "-m",
        "typer",
        "sim.cli.app",
        "utils",
        "docs",
        "--name",
        "article4",
        "--title",
        "Commands",
    ]
    made = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    return made.stdout


def scenario_page() -> str:
    """Return every key of a scenario file as Markdown: a table for the file and one for each part of it."""
    schema = json.loads(text())
    parts = schema["$defs"]
    order = [*dict.fromkeys([*_mentioned(schema["properties"]), *KINDS, *parts])]
    lines = [
        "# The scenario file",
        "",
        "Made from the schema that the command line checks files by, `scenarios/scenario.schema.json`. Editors that",
        "read JSON Schema complete and check a file that begins with `# yaml-language-server: $schema=…`. A",
        "*parameter* is a number, a distribution or a reference into the record: see [Parameter](#parameter).",
        "",
        *_table("The file", {**schema, "description": "Top-level keys."}),
    ]
    for name in order:
        lines += _table(name, parts[name])
    return "\n".join(lines)


def _mentioned(properties: dict[str, Any]) -> list[str]:
    return [value["$ref"].rsplit("/", 1)[1] for value in properties.values() if "$ref" in value]


def _table(name: str, part: dict[str, Any]) -> list[str]:
    lines = [f"## {name}", ""]
    if text := part.get("description"):
        lines += [*(line.strip() for line in text.splitlines()), ""]
    if properties := part.get("properties"):
        lines += ["| key | what | takes | default |", "| --- | --- | --- | --- |"]
        lines += [_row(key, value) for key, value in properties.items()]
        lines.append("")
    elif forms := part.get("anyOf") or part.get("oneOf"):
        lines += [f"- {_takes(form)}" for form in forms] + [""]
    return lines


def _row(key: str, value: dict[str, Any]) -> str:
    default = f"`{value['default']}`" if "default" in value else ""
    cells = (f"`{key}`", value.get("description", ""), _takes(value), default)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _takes(value: dict[str, Any]) -> str:
    """Return in words what a key takes: the kind, and its bounds."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        kind = f"[{name}](#{name.lower()})"
    elif "enum" in value:
        kind = ", ".join(f"`{one}`" for one in value["enum"])
    elif "const" in value:
        kind = f"`{value['const']}`"
    elif "anyOf" in value:
        kind = " or ".join(dict.fromkeys(_takes(one) for one in value["anyOf"]))
    elif "patternProperties" in value:
        kind = "by name: " + " or ".join(_takes(one) for one in value["patternProperties"].values())
    elif value.get("type") == "array":
        kind = "list of " + _takes(value.get("items", {}))
    elif value.get("type") == "object" and "properties" in value:
        kind = ", ".join(f"`{key}`: {_takes(one)}" for key, one in value["properties"].items() if key != "source")
    else:
        kind = str(value.get("type", "anything"))
    return kind + _bounds(value)


def _bounds(value: dict[str, Any]) -> str:
    low = value.get("minimum", value.get("exclusiveMinimum"))
    high = value.get("maximum", value.get("exclusiveMaximum"))
    above = "above " if "exclusiveMinimum" in value else ""
    below = "below " if "exclusiveMaximum" in value else ""
    if low is None and high is None:
        return ""
    if high is None:
        return f", {above or 'at least '}{low:g}"
    if low is None:
        return f", {below or 'at most '}{high:g}"
    return f", {above}{low:g} to {below}{high:g}"


def main() -> None:
    """Write the pages."""
    folder = DOCS / "reference"
    folder.mkdir(exist_ok=True)
    (folder / "commands.md").write_text(command_line(), encoding="utf-8")
    (folder / "scenario.md").write_text(scenario_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
