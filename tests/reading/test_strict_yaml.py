import math
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.reading import InputError, parse_value, read_text, read_yaml


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_text(text, "mine.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("1:30", "1:30"),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("-0.5", -0.5),
        ("+7", 7),
        ("0777", 777),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", "0b101"),
        ("1_000", "1_000"),
        ("2025-01", "2025-01"),
        ("2025-01-31", "2025-01-31"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ('"7"', "7"),
        ("'null'", "null"),
        ("\u0667", "\u0667"),  # a digit, but not one of YAML's
        ("=", "="),
        ("{a: [1, x], b: {c: }}", {"a": [1, "x"], "b": {"c": None}}),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


def test_keys_are_always_text() -> None:
    assert read_text("{2016: 1, no: 2, null: 3, 1.5: 4}").data == {"2016": 1, "no": 2, "null": 3, "1.5": 4}


def test_places_of_values_and_keys() -> None:
    document = read_text("states:\n  Russia:\n    resolve: 1.0\n  Iran: [1, 2]\n", "mine.yaml")
    assert document.place(("states", "Russia", "resolve")) == (3, 14)
    assert document.place(("states", "Russia", "resolve"), key=True) == (3, 5)
    assert document.place(("states", "Iran", 1)) == (4, 13)
    assert document.place(("states", "Iran", "nowhere")) == (4, 9)
    assert document.spot(()) == ("mine.yaml", 1, 1)


def test_an_alias_gives_the_value_of_its_anchor() -> None:
    document = read_text("a: &x {b: 1}\nc: *x\n")
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.place(("c", "b")) == (1, 11)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: 1\nb: 2\na: 3", "mine.yaml:3:1  a: given twice; first at line 1, column 1"),
        ("x:\n  a: 1\n  a: 3", "mine.yaml:3:3  x.a: given twice; first at line 2, column 3"),
        ("a: {<<: {b: 1}}", "a.<<: merge keys are not read"),
        ("a: !!python/object/apply:os.system [ls]", "mine.yaml:1:4  a: the tag"),
        ("a: !!str 5", "the tag"),
        ("!mine a: 5", "the tag"),
        ("a: .inf", "mine.yaml:1:4  a: .inf is not a finite number"),
        ("a: -.INF", "is not a finite number"),
        ("a: [1, .nan]", "a.1: .nan is not a finite number"),
        ("a: 1e999", "a: the number is too large"),
        (f"a: {'9' * 5000}", "a: the number is too large"),
        ("a: *x", "mine.yaml:1:4  the alias *x has no anchor"),
        ("a: &x [*x]", "the alias *x lies within itself"),
        ("? [a]\n: b", "a key must be text"),
        ("? {a: 1}\n: b", "a key must be text"),
        ("a: &x 1\n*x : 2", "a key must be text"),
        ("&x a: 2", "a key cannot have an anchor"),
        ("a: 1\n---\nb: 2", "mine.yaml:2:1  a second document starts here"),
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("a:\n\tb: 1", "a tab cannot indent"),
        ("a: [1", "mine.yaml:2:1  not YAML"),
        ("a: 'b", "not YAML"),
        ("a: b: c", "mine.yaml:1:5  not YAML"),
        ("%YAML 3.0\n---\na: 1", "not YAML"),
        ("a: \x07", "mine.yaml:1:4  the character U+0007 is not allowed"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_place(text: str, part: str) -> None:
    message = refusal(text)
    assert part in message
    assert message.endswith("nothing was run.")


def test_all_mistakes_are_told_at_once() -> None:
    assert refusal("a: .nan\nb: !x 1\na: 2\n<<: 3\n").endswith("4 errors; nothing was run.")


def test_bombs_are_refused_before_they_are_built() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    started = time.perf_counter()
    assert "over 100,000 values" in refusal("\n".join(lines))
    assert "nest over 50 deep" in refusal("[" * 200_000)
    assert "nest over 50 deep" in refusal("- " * 400_000)
    assert "nest over 50 deep" in refusal("{a: " * 100_000)
    assert "over 100,000 values" in refusal("[" + "1," * 200_000 + "]")
    deep = f"a: &a {'[' * 40}{']' * 40}\nb: {'[' * 20}*a{']' * 20}"
    assert "nest over 50 deep" in refusal(deep)
    assert time.perf_counter() - started < 20.0


def test_fifty_deep_is_read() -> None:
    assert read_text("[" * 50 + "]" * 50).data is not None


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"a: 1\nb: \xff\xfe", ":2:4  the file is not UTF-8 text"),
        ("a: 1".encode("utf-16"), "the file is not UTF-8 text"),
        (b"a: 1\x00", "U+0000 is not allowed"),
        (b"a: " + b"x" * (1 << 20), "larger than 1 MiB"),
        (b"null", "the file is empty"),
    ],
)
def test_files_that_are_not_text_are_refused(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match="nothing was run") as caught:
        read_yaml(path)
    assert part in str(caught.value)


def test_places_that_are_not_files_are_refused(tmp_path: Path) -> None:
    for path, part in (
        (tmp_path, "this is a folder"),
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path / "none.yaml" / "x", "there is no such file"),
        (tmp_path / "a\0b.yaml", "nothing was run"),
        (tmp_path / ("x" * 5000), "cannot be read"),
        (Path("/dev/null"), "not a regular file"),
    ):
        with pytest.raises(InputError) as caught:
            read_yaml(path)
        assert part in str(caught.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(path).data == {"a": 1}


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_text(text, "mine.yaml")
    except InputError as error:
        assert str(error).endswith("nothing was run.")  # noqa: PT017 - both ends are right


@given(st.text(alphabet="ab:-[]{}&*!<?|>'\"#, \n\t.1e~%@", max_size=60))
def test_any_yaml_like_text_is_read_or_refused(text: str) -> None:
    try:
        document = read_text(text, "mine.yaml")
    except InputError as error:
        assert str(error).endswith("nothing was run.")  # noqa: PT017 - both ends are right
    else:
        assert all(position >= 1 for position in document.place(()))


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(plain_data)
def test_what_is_written_is_read(data: object) -> None:
    found = read_text(yaml.safe_dump({"data": data})).data["data"]
    assert found == data or (isinstance(data, float) and math.isclose(found, data))
