"""Reports show what the record holds, and the committed pages are those of the committed record."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.__main__ import main
from benchmarks.record import Agreement, Record, Skip
from benchmarks.report.pages import pages, readme_table
from benchmarks.report.plots import Point, Series, curves
from benchmarks.report.text import amount, figure, row_line
from benchmarks.timing import Measure
from tests.benchmarks.made import measured, record, row

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "benchmarks"
SMALL = Path(__file__).with_name("small.json")
WRONG = Agreement(10, 7, "our decision", "denies, Ostiary allows: ('user', 's3:GetObject', 'a|b', {})")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "0.123"), (5, "5"), (12.345, "12.3"), (999, "999"), (1234, "1,230"), (1.5e6, "1,500,000")],
)
def test_amounts_have_three_figures(value: float, text: str):
    assert amount(value) == text


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        (Measure("ns", 250, 240, 260, 5, 5, 4.8, 5.2), "250 ns (240 to 260)"),
        (Measure("ns", 2500, 900, 2600, 5, 5, 4.8, 5.2), "2.5 µs (0.9 to 2.6)"),
        (Measure("ns", 2.5e6, 2.4e6, 2.6e6, 5, 5, 4.8, 5.2), "2.5 ms (2.4 to 2.6)"),
        (Measure("us", 2500, 2500, 2500, 1, 5, 5, 5), "2.5 ms"),
        (Measure("MB", 2500, 2500, 2500, 1), "2,500 MB"),
    ],
)
def test_figures_have_units_that_can_be_read(measure: Measure, text: str):
    assert figure(measure) == text


def test_a_wrong_answer_is_shown_on_the_line_below():
    line = row_line(row(subject="moto", agreement=WRONG))
    assert "7/10" in line
    assert line.splitlines()[1].strip().startswith("e.g. denies, Ostiary allows")


def test_a_run_in_parts_is_named_by_what_they_share():
    parts = replace(record(row()), command="python -m benchmarks run role; python -m benchmarks run mixed-10 --quick")
    assert "which `python -m benchmarks run` (in 2 parts) wrote" in pages(parts)["README.md"]


def test_what_a_statement_costs_stands_size_by_size():
    page = pages(
        record(
            row(10, workload="gateway-100", statements=100),
            row(
                model="compile", call="compile", workload="gateway-100", statements=100, measure=measured(1, unit="ms")
            ),
        )
    )["README.md"]
    assert "| gateway | 100 | 25% | 10 | 500 | - | - |" in page


def test_the_page_shows_peers_wrong_answers_and_what_was_skipped():
    page = pages(
        record(
            row(10),
            row(100, model="peers", call="decide", subject="moto", agreement=WRONG),
            skipped=(Skip("peers", "role", "vakt", "vakt is not installed"),),
        )
    )["README.md"]
    assert "| gateway-10 | moto | 5 µs (4.9 to 5.1) | 10x | 7/10 |" in page
    assert WRONG.example is not None
    assert WRONG.example in page
    assert "| peers | role | vakt | vakt is not installed |" in page


def test_the_readme_names_the_fastest_library_that_is_right():
    found = readme_table(
        record(
            row(10, workload="role"),
            row(250, model="peers", workload="role", call="decide", subject="naive loop"),
            row(100, model="peers", workload="role", call="decide", subject="moto", agreement=WRONG),
            row(900, model="peers", workload="role", call="decide", subject="vakt"),
            row(2000, model="peers", workload="role", call="decide", subject="pycasbin"),
        )
    )
    assert found.splitlines()[-1] == (
        "| a role, conditions on nearly all | 10 | 25% | 500 ns | 10 | 12.5 µs | vakt 45 µs |"
    )


def test_curves_are_drawn_from_two_sizes_on():
    """A curve of one point is none; every picture is XML and shows the names of its lines."""
    one = pages(record(row(), row(model="single-hot")))
    assert [name for name in one if name.endswith(".svg")] == []
    two = pages(record(row(), row(8, workload="gateway-1000", statements=1000)))
    text = ET.fromstring(two["single.svg"])
    assert "gateway, cold" in {element.text for element in text.iter()}


def test_logarithmic_axes():
    """Ten times as much is as far everywhere."""
    points = tuple(Point(10**power, 10**power, 10**power, 10**power) for power in (1, 2, 3))
    drawn = ET.fromstring(curves("a title", "x", "y", [Series("line", points)]))
    (line,) = [element for element in drawn.iter() if element.tag.endswith("polyline")]
    (x1, y1), (x2, y2), (x3, y3) = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.11)
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.11)
    assert y3 < y1


def test_names_of_lines_do_not_lie_upon_each_other():
    point = Point(10, 10, 10, 10)
    series = [Series(name, (Point(1, 1, 1, 1), point)) for name in ("a", "b", "c")]
    drawn = ET.fromstring(curves("a title", "x", "y", series))
    places = {each.text: float(each.attrib["y"]) for each in drawn.iter() if each.text in ("a", "b", "c")}
    assert min(abs(places[a] - places[b]) for a, b in [("a", "b"), ("b", "c"), ("a", "c")]) >= 14


def test_names_are_escaped():
    drawn = curves("<b>", "x", "y", [Series("a & b", (Point(1, 1, 1, 1), Point(10, 10, 10, 10)))])
    assert "<b>" not in drawn
    assert {"a & b", "<b>"} <= {element.text for element in ET.fromstring(drawn).iter()}


def test_nothing_to_draw_is_an_error():
    with pytest.raises(ValueError, match="nothing to draw"):
        curves("a title", "x", "y", [])


def test_the_command_writes_the_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old = tmp_path / "old.svg"
    old.write_text("from an earlier report", encoding="utf-8")
    assert main(["report", str(SMALL), "--out", str(tmp_path)]) == 0
    made = pages(Record.read(SMALL))
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == made
    assert len(capsys.readouterr().out.splitlines()) == len(made)


def test_the_command_prints_the_table_of_the_readme(capsys: pytest.CaptureFixture[str]):
    assert main(["report", str(SMALL), "--readme"]) == 0
    assert capsys.readouterr().out == readme_table(Record.read(SMALL))


def test_figures_of_another_commit_are_marked():
    """In the tables of the first page, and only they."""
    whole = Record.read(SMALL)
    part = replace(whole, rows=tuple(row for row in whole.rows if row.model != "single-cold"))
    plain, mixed = pages(whole)["README.md"], pages(part.beside(replace(whole, commit="another")))["README.md"]
    assert "†" not in plain
    assert "at commit `another`" in mixed
    hot, cold = (
        [line for line in mixed.splitlines() if line.startswith("|") and f"| {kind} |" in line]
        for kind in ("hot", "cold")
    )
    assert hot
    assert cold
    assert not any("†" in line for line in hot)
    assert all("†" in line for line in cold)


def test_a_record_in_parts_is_named_by_what_its_commands_share():
    base = committed()
    for command, shown in (
        ("python -m benchmarks run role", "`python -m benchmarks run role`"),
        ("a run --model x role; a run --model y role", "`a run` (in 2 parts)"),
        ("a run --quick x; a run --quick y", "`a run --quick` (in 2 parts)"),
        ("a run x; a run x y", "`a run x` (in 2 parts)"),
    ):
        assert shown in readme_table(replace(base, command=command))


def committed() -> Record:
    """The committed record, with what others have beside it."""
    found = Record.read(DOCS / "recorded.json")
    for other in sorted(DOCS.glob("recorded-*.json")):
        found = found.beside(Record.read(other))
    return found


def test_committed_pages_are_those_of_the_committed_record():
    made = pages(committed())
    assert {path.name for path in DOCS.iterdir() if path.suffix != ".json"} - {"misses.md"} == set(made)
    for name, text in made.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, (
            f"{name}: python -m benchmarks report docs/benchmarks/recorded.json docs/benchmarks/recorded-*.json"
        )


def test_the_readme_shows_the_table_of_the_committed_record():
    table = readme_table(committed())
    assert table in (ROOT / "README.md").read_text(encoding="utf-8"), (
        "python -m benchmarks report docs/benchmarks/recorded.json --readme"
    )


def test_the_committed_record_agrees_everywhere():
    """A speed without agreement does not count."""
    found = committed()
    assert [row.key for row in found.rows if row.subject == "ostiary" and not row.agreement.whole] == []
