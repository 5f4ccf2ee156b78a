"""A text that is read at once gives what it gives line by line; one that is not so plain is left to the slow road."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration.entry import even, sheets
from titration.errors import InvalidEntry

CELL = st.text(st.sampled_from('abÄ5 .;,\t\u00a0\x1f"'), max_size=4)
TABLES = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=8)


def read(path, large, monkeypatch, **how):
    with monkeypatch.context() as for_now:
        for_now.setattr(sheets, "LARGE", large)
        try:
            made = sheets.read(path, **how)
        except InvalidEntry as refused:
            return str(refused)
        return made.texts.to_dict("list"), made.rows, [str(dtype) for dtype in made.texts.dtypes]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(table=TABLES, header_row=st.integers(1, 2), last=st.booleans())
def test_both_roads_read_the_same(tmp_path_factory, end, table, header_row, last):
    path = tmp_path_factory.mktemp("even") / "a.csv"
    path.write_text(end.join(",".join(cells) for cells in table) + (end if last else ""), encoding="utf-8", newline="")
    monkeypatch = pytest.MonkeyPatch()
    how = {"delimiter": ",", "header_row": header_row}
    assert read(path, 0, monkeypatch, **how) == read(path, 10**9, monkeypatch, **how)


def test_a_plain_table_takes_the_fast_road_and_keeps_blank_rows_out_and_counted(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("a study,\nid, score\nP1,05\n , \nNA,1e3\n", encoding="utf-8")
    assert even.cells(path.read_text(encoding="utf-8"), ",", 1)[0] == ["id", " score"]
    texts, rows, _ = read(path, 0, monkeypatch, header_row=2)
    assert texts == {"id": ["P1", "NA"], "score": ["05", "1e3"]}  # nothing is taken for a number or for missing
    assert rows == (3, 5)


@pytest.mark.parametrize(
    "text",
    ['a,b\n"1",2\n', "a,b\n1,2,3\n4\n", "a,b\n1,2\n\n", "a\n1\n", "a,b\n1\r2,3\n", "a,b\n", "a,b\n1,2\n3,4,5\n6\n"],
    ids=["quote", "uneven", "blank line", "one column", "lone return", "no rows", "as many marks in all"],
)
def test_a_text_that_is_not_so_plain_is_left_to_the_slow_road(text):
    assert even.cells(text, ",") is None


def test_a_table_longer_than_one_look_is_even_only_when_all_of_it_is(monkeypatch):
    monkeypatch.setattr(even, "AT_ONCE", 16)
    lines = [f"P{k:03d},{k}" for k in range(50)]
    assert even.cells("\n".join(["id,score", *lines]), ",")[1].shape == (50, 2)
    assert even.cells("\n".join(["id,score", *lines[:40], "P1,1,1", *lines[40:]]), ",") is None
    assert even.cells("\n".join(["id,score", "a line longer than one look,1", *lines]), ",") is None


def test_the_delimiter_of_a_long_text_is_found_at_its_top_and_of_one_long_line_in_all_of_it(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("id;note\n" + "P1;a,b\n" * 100 + "P2;x\n", encoding="utf-8")
    for large in (0, 500, 10**6):
        texts, rows, _ = read(path, large, monkeypatch)
        assert (len(texts["id"]), rows[-1]) == (101, 102)
