import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.reading import InputError
from sim.scenario import Scenario, canonical, leaves, load, names, provenance, scenario_hash
from sim.scenario.parameters import Normal, Recorded, Uniform
from strategies import overrides, scenarios


def refusal(name: str | Path, changes: dict[str, object] | list[str] | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(name, changes or [])
    return [str(problem) for problem in caught.value.problems]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_child_changes_what_it_names_and_inherits_the_rest(here: Path) -> None:
    write(here, "mine.yaml", "extends: baseline\nhorizon: 12\nstates: {Russia: {resolve: {shift: 2}}}\n")
    parent, child = load("baseline"), load("mine.yaml")
    assert child.horizon == 12
    assert child.name == "mine"
    assert child.states["Russia"].resolve == Recorded(record="credibility.resolve.Russia", shift=2.0)  # type: ignore[union-attr]
    changed = {name for name, leaf in leaves(child).items() if leaf != leaves(parent)[name]}
    assert changed == {"states.Russia.resolve"}
    assert child == parent.with_({"name": "mine", "horizon": 12, "states.Russia.resolve.shift": 2})


def test_a_parameter_is_replaced_whole(here: Path) -> None:
    write(here, "a.yaml", "extends: baseline\nstates: {Russia: {dependence: {uniform: [0, 1], source: x}}}\n")
    write(here, "b.yaml", "extends: a.yaml\nstates: {Russia: {dependence: {beta: [1, 6]}}}\n")
    assert leaves(load("a.yaml"))["states.Russia.dependence"].text() == "{uniform: [0, 1]}"
    assert leaves(load("a.yaml"))["states.Russia.dependence"].source == "x"
    assert leaves(load("b.yaml"))["states.Russia.dependence"].source is None
    assert leaves(load("b.yaml"))["states.Russia.dependence"].text() == "{beta: [1, 6]}"
    by_hand = load("b.yaml", ["states.Russia.resolve={normal: [0, 1]}", "states.Russia.resolve.source=mine"])
    assert leaves(by_hand)["states.Russia.resolve"] == Normal(normal=(0.0, 1.0), source="mine")


def test_lists_and_states_of_another_role_replace(here: Path) -> None:
    text = "extends: baseline\nstates: {Israel: {actions: [strike]}, Armenia: {role: protege, defence: 0}}\n"
    write(here, "mine.yaml", text)
    assert refusal("mine.yaml") == [
        "mine.yaml:2:48   states.Armenia.missiles: is missing",
        "mine.yaml:2:48   states.Armenia.proxies: is missing",
    ]
    assert load("baseline", ["states.Israel.actions=[strike]"]).states["Israel"].actions == ("strike",)  # type: ignore[union-attr]


def test_a_child_can_leave_states_out_and_what_is_said_of_them(here: Path) -> None:
    write(here, "mine.yaml", "extends: baseline\nwithout: [United States, Armenia]\nstates: {Israel: {backed_by: }}\n")
    parent, child = load("baseline"), load("mine.yaml")
    assert set(parent.states) - set(child.states) == {"United States", "Armenia"}
    assert set(child.states["Russia"].ties) == {"Israel"}  # type: ignore[union-attr]
    assert "Armenia" not in child.council.rotation
    assert "Armenia" not in child.accession.vote.exposure
    assert {name for name in leaves(parent) if "United States" not in name and "Armenia" not in name} == {
        *leaves(child)
    }
    assert child.environment == parent.environment


def test_what_stands_in_the_place_of_states_left_out_is_new(here: Path) -> None:
    text = "extends: baseline\nwithout: [Belarus]\nstates: {Belarus: {active: false}}\n"
    write(here, "mine.yaml", text)
    assert refusal("mine.yaml") == [
        "mine.yaml:3:10   states.Belarus: unknown name. A state that is new must give its role.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "extends: baseline\nwithout: [Iran, Isreal]",
            'mine.yaml:2:17   without.1: no state of the scenario it extends has this name. Did you mean "Israel"?',
        ),
        ("extends: baseline\nwithout: Iran", 'mine.yaml:2:10   without: "Iran" is not a list of names'),
        ("extends: baseline\nwithout: [1]", "mine.yaml:2:10   without: [1] is not a list of names"),
        ("extends: baseline\nwithout: [Iran]", "states: exactly one state must have the role protege; 0 have it"),
        ("name: mine\nwithout: [Iran]", "mine.yaml:2:1   without: leaves states out of what a scenario extends"),
    ],
)
def test_what_cannot_be_left_out_is_refused_at_its_place(here: Path, text: str, message: str) -> None:
    write(here, "mine.yaml", text)
    assert any(message in line for line in refusal("mine.yaml"))


def test_the_error_of_an_inherited_file_names_that_file(here: Path) -> None:
    write(here, "a.yaml", "extends: baseline\nhorizon: 0\n")
    write(here, "b.yaml", "extends: a.yaml\nhorzon: 3\nperception: {acuity: 1.5}\n")
    assert refusal("b.yaml") == [
        "a.yaml:2:10   horizon: 0 is below its minimum 1",
        'b.yaml:2:1   horzon: unknown name. Did you mean "horizon"?',
        "b.yaml:3:22   perception.acuity: 1.5 is above its maximum 1.0",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("states.Russia.resolv=2", 'states.Russia.resolv: unknown name. Did you mean "resolve"?'),
        ("states.Rusia.resolve=2", 'states.Rusia: unknown name. Did you mean "Russia"?'),
        ("state.Russia.resolve=2", 'state: unknown name. Did you mean "states"?'),
        ("states.Latvia.resolve=2", "states.Latvia: unknown name. A state that is new must give its role."),
        ("horizon=0", "horizon: 0 is below its minimum 1"),
        ("horizon=2.5", "horizon: 2.5 is not a whole number"),
        ("horizon=yes", 'horizon: "yes" is not a whole number'),
        ("horizon.x=1", "horizon: {x: 1} is not a whole number"),
        ("perception.acuity=1.5", "perception.acuity: 1.5 is above its maximum 1.0"),
        ("perception.acuity=.nan", "perception.acuity: .nan is not a finite number"),
        ("perception.bias=-.inf", "perception.bias: -.inf is not a finite number"),
        ("perception.bias={normal: [0, -1]}", "perception.bias.normal: the standard deviation -1 must be above 0"),
        ("perception.bias=[1", "perception.bias: not YAML"),
        ("perception.bias=!!float 1", "perception.bias: the tag"),
        ("states.Russia.dependence.shift=2", "states.Russia.dependence: shift moves what a record says"),
        ("perception", "no value is given; write NAME=VALUE"),
        ("perception.bias=", "perception.bias: no value is given"),
        ("=3", "the name has an empty part"),
        ("a..b=3", "a..b: the name has an empty part"),
        ("extends=member", "extends: unknown name"),
        ("name=Not A Name", "name: "),
        ("council.rule=consensu", 'council.rule: "consensu" is none of consensus'),
        ("states.Russia.resolve.record=nowhere.at.all", "the record has no such key"),
        (
            "states.Russia.capability={record: states.x, shift: -1}",
            "-0.75, from {record: states.x, shift: -1}, is below",
        ),
    ],
)
def test_a_wrong_override_is_told_as_it_was_written(change: str, message: str) -> None:
    (found,) = refusal("baseline", [change])
    assert found.startswith(f"--set {change}   ")
    assert message in found


def test_wrong_overrides_from_python_are_told_alike() -> None:
    found = refusal("baseline", {"horizon": float("nan"), "states.Russia.resolve": object(), "perception.bias": np.inf})
    assert found == [
        "override states.Russia.resolve   states.Russia.resolve: a value of type object cannot stand in a scenario",
        "override horizon=nan   horizon: nan is not a whole number",
        "override perception.bias=inf   perception.bias: inf is not a finite number",
    ]
    with pytest.raises(InputError, match="nothing was run"):
        load("baseline", {"horizon": 10**5000})


def test_numbers_of_numpy_and_parameters_can_be_given() -> None:
    changes = {
        "perception.bias": np.float64(0.5),
        "horizon": np.int64(6),
        "states.Iran.defence": Uniform(uniform=(0, 1)),
    }
    changed = load("baseline", changes)
    assert changed.horizon == 6
    assert leaves(changed)["perception.bias"].text() == "0.5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: nowhere", 'mine.yaml:1:10   extends: "nowhere": there is no scenario of this name'),
        ("extends: basline", 'Did you mean "baseline"?'),
        ("extends: none.yaml", 'extends: "none.yaml": there is no such file'),
        ("extends: [a]", 'extends: ["a"] is not the name of a scenario'),
        ("extends:", "extends: null is not the name of a scenario"),
        ("extends: mine.yaml", "extends: comes back to itself: mine.yaml -> mine.yaml"),
        ("[1]", "mine.yaml:1:1   [1] is not a mapping"),
        ("extends: baseline\nextend: member", 'mine.yaml:2:1   extend: unknown name. Did you mean "extends"?'),
        ("extends: baseline\nstates: 3", "mine.yaml:2:9   states: 3 is not a mapping"),
        ("extends: baseline\nstates: {Russia: }", "mine.yaml:2:18   states.Russia: null is not a mapping"),
        ("extends: baseline\nperception:", "mine.yaml:2:12   perception: null is not a mapping"),
    ],
)
def test_what_cannot_be_extended_is_refused_at_its_place(here: Path, text: str, message: str) -> None:
    write(here, "mine.yaml", text)
    (found,) = refusal("mine.yaml")
    assert message in found


def test_a_circle_is_shown(here: Path) -> None:
    write(here, "a.yaml", "extends: b.yaml\n")
    write(here, "b.yaml", "extends: ./c.yaml\n")
    write(here, "c.yaml", "extends: a.yaml\n")
    assert refusal("a.yaml") == ["c.yaml:1:10   extends: comes back to itself: a.yaml -> b.yaml -> c.yaml -> a.yaml"]


def test_a_scenario_that_is_not_there(here: Path) -> None:
    assert refusal("basline") == ['basline   there is no scenario of this name. Did you mean "baseline"?']
    assert refusal("basline.yaml") == ['basline.yaml   there is no such file. Did you mean "baseline"?']
    assert "There are: baseline, " in refusal("zzzzzzzzzz")[0]
    write(here, "world.yaml", "extends: baseline")
    assert refusal("world") == ['world   there is no scenario of this name. Did you mean "world.yaml"?']
    assert "this is a folder" in refusal(here)[0]
    assert "there is no scenario" in refusal("x" * 10_000)[0]
    assert "there is no scenario" in refusal("a\0b")[0]
    assert "there is no scenario" in refusal("")[0] or "this is a folder" in refusal("")[0]


def test_a_parameter_knows_where_it_was_given(here: Path) -> None:
    write(here, "mine.yaml", "extends: baseline\nstates: {Russia: {dependence: 0.5}}\n")
    mine = load("mine.yaml", ["states.Russia.resolve.shift=2"])
    assert mine.origins["states.Russia.dependence"] == "mine.yaml:2:31"
    assert mine.origins["states.Russia.resolve"].endswith(", --set states.Russia.resolve.shift=2")
    again = mine.with_({"perception.bias": 0.1})
    assert again.origins["states.Russia.dependence"] == "mine.yaml:2:31"
    assert again.origins["perception.bias"] == "override perception.bias=0.1"
    assert mine == load("mine.yaml", {"states.Russia.resolve.shift": 2})


def test_provenance_tells_the_source_of_every_parameter() -> None:
    told = {row.name: row for row in provenance(load("baseline", ["states.Russia.resolve.shift=2"]))}
    assert told["states.Russia.resolve"].source == (
        "invented draws; shifted by +2 in the scenario; calibrated (ensemble latest)"
    )
    assert told["states.Russia.resolve"].text == "{record: credibility.resolve.Russia, shift: 2}"
    assert told.keys() == leaves(load("baseline")).keys()


def test_nothing_of_a_scenario_can_be_changed_in_place() -> None:
    scenario = load("baseline")
    with pytest.raises(AttributeError, match=r"horizon is read-only; \.with_"):
        scenario.horizon = 3  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"\.with_"):
        del scenario.horizon
    with pytest.raises(AttributeError, match=r"\.with_"):
        scenario.perception.acuity = scenario.perception.bias  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"\.with_"):
        scenario.states["Iran"] = scenario.states["Russia"]  # type: ignore[index]
    with pytest.raises(TypeError, match=r"\.with_"):
        del scenario.states["Iran"]  # type: ignore[attr-defined]


@settings(deadline=None, max_examples=30)
@given(scenarios())
def test_a_scenario_is_a_value(scenario: Scenario) -> None:
    copy = pickle.loads(pickle.dumps(scenario))  # noqa: S301 - our own bytes
    assert copy == scenario
    assert hash(copy) == hash(scenario)
    assert scenario_hash(copy) == scenario_hash(scenario)
    assert copy.origins == scenario.origins
    assert scenario.with_({}) == scenario


@settings(deadline=None, max_examples=30)
@given(overrides())
def test_overrides_one_by_one_are_overrides_at_once(changes: dict[str, object]) -> None:
    step = load("baseline")
    for name, value in changes.items():
        step = step.with_({name: value})
    assert step == load("baseline", changes)


def test_roles_that_do_not_fit_are_told_together() -> None:
    changes = ["states.Russia.leader=false", "states.Israel.backed_by=Israel", "states.Belarus.ties.Russia=0"]
    found = refusal("baseline", changes)
    assert sorted(line.split("   ")[1] for line in found) == [
        "states.Belarus.ties.Russia: no challenger has this name",
        "states.Israel.backed_by: Israel is not another challenger with a patron section",
        "states: exactly one guarantor must have leader: true; 0 have it",
    ]


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text(max_size=20), st.none() | st.integers() | st.floats() | st.text(max_size=5), max_size=3))
def test_any_overrides_are_taken_or_refused(changes: dict[str, object]) -> None:
    try:
        load("baseline", changes)
    except InputError as error:
        assert str(error).endswith("nothing was run.")  # noqa: PT017 - both ends are right


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_texts_are_taken_or_refused(changes: list[str]) -> None:
    try:
        load("baseline", changes)
    except InputError as error:
        assert str(error).endswith("nothing was run.")  # noqa: PT017 - both ends are right


def test_prose_does_not_change_the_hash_and_a_number_does() -> None:
    base = load("baseline")
    told = base.with_({"title": "Other", "asks": "Else?", "states.Russia.resolve.source": "a new source"})
    assert told != base
    assert scenario_hash(told) == scenario_hash(base)
    assert scenario_hash(base.with_({"perception.bias": 0})) == scenario_hash(base.with_({"perception.bias": -0.0}))
    changed = base.with_({"states.Russia.resolve.shift": 1e-12})
    assert scenario_hash(changed) != scenario_hash(base)
    assert canonical(base)["states"]["Russia"]["resolve"] == {"record": "credibility.resolve.Russia", "shift": 0.0}
    assert "title" not in canonical(base)


def test_baseline_comes_first() -> None:
    assert names()[0] == "baseline"
    assert names()[1:] == sorted(names()[1:])


def test_a_shipped_file_that_changes_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is composed once, until it is another file; and a message names it as seen from the working directory."""
    file = tmp_path / "shipped" / "mine.yaml"
    file.parent.mkdir()
    monkeypatch.setattr("sim.scenario.loading.folder", lambda: file.parent)
    for horizon in (24, 7):
        file.write_text(f"extends: baseline\nhorizon: {horizon}\n", encoding="utf-8")
        assert [load(file).horizon for _ in range(2)] == [horizon, horizon]
    file.write_text("extends: baseline\nhorizon: -7\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}:2")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        load(file)
    assert str(caught.value).startswith("shipped/mine.yaml:2")


def test_what_is_done_with_a_scenario_leaves_the_next_one_alone() -> None:
    before = load("member")
    load("member", {"states.Israel.actions": ["strike"], "council.latency": [1, 2]}).with_({"horizon": 2})
    assert load("member") == before
    assert canonical(load("member")) == canonical(before)
