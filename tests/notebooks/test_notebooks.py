"""The notebooks run from top to bottom, show what they say, and are stored clean."""

import ast
import shutil
from pathlib import Path

import nbformat
import pytest

import titration

HERE = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.stem for path in HERE.glob("*.ipynb"))
LONGEST = 6
OUTSIDE = {"dataclasses": {"replace"}, "pathlib": {"Path"}, "shutil": None, "tempfile": None}
"""What a notebook may import beside this package: plain words of the standard library."""


def stored(name):
    return nbformat.read(HERE / f"{name}.ipynb", as_version=nbformat.NO_CONVERT)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="session")
def desk(tmp_path_factory, demo_file):
    """The notebooks beside a demo log, as in a clone after `make demo`."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(HERE, folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (folder / "db").mkdir()
    shutil.copy(demo_file, folder / "db" / "demo.db")
    (folder / "db" / "demo.db").chmod(0o600)
    return folder


@pytest.fixture(scope="session")
def executed(desk):
    """A notebook run top to bottom in its own kernel, each once."""
    from nbclient import NotebookClient

    done = {}

    def run(name):
        if name not in done:
            notebook = stored(name)
            where = {"metadata": {"path": str(desk / "notebooks")}}
            NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
            done[name] = notebook
        return done[name]

    return run


def pictures(cell):
    return [out for out in cell.outputs if "image/png" in out.get("data", {})]


def test_there_are_notebooks_and_each_is_in_the_read_me():
    assert {"1-review-a-chart", "2-enter-a-visit", "3-monthly-summary"} <= set(NAMES)
    listed = (HERE / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"({name}.ipynb)" not in listed] == []


@pytest.mark.parametrize("name", NAMES)
class TestStored:
    def test_it_is_a_sound_notebook_of_format_4_5(self, name):
        notebook = stored(name)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert notebook.metadata.kernelspec.name == "python3"

    def test_it_holds_no_outputs_and_nothing_of_a_run(self, name):
        notebook = stored(name)
        assert "widgets" not in notebook.metadata
        for cell in code(notebook):
            assert cell.outputs == []
            assert cell.execution_count is None
            assert cell.metadata == {}

    def test_no_cell_is_long_and_none_defines_anything(self, name):
        for cell in code(stored(name)):
            assert len(cell.source.splitlines()) <= LONGEST, cell.source
            defined = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.With)
            assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, defined)]

    def test_it_uses_public_names_only(self, name):
        for cell in code(stored(name)):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    assert {word.name for word in node.names} <= {"titration", *OUTSIDE}
                elif isinstance(node, ast.ImportFrom):
                    allowed = set(titration.__all__) if node.module == "titration" else OUTSIDE[node.module]
                    assert {word.name for word in node.names} <= allowed
                elif isinstance(node, ast.Attribute):
                    assert not node.attr.startswith("_")
                    if isinstance(node.value, ast.Name) and node.value.id == "titration":
                        assert node.attr in {*titration.__all__, "open"}

    def test_it_begins_with_words_and_says_that_the_data_are_made_up(self, name):
        first = stored(name).cells[0]
        assert first.cell_type == "markdown"
        assert "made-up" in first.source or "made up" in first.source

    def test_it_names_no_path_of_a_machine(self, name):
        text = (HERE / f"{name}.ipynb").read_text(encoding="utf-8")
        for word in ("/home", "/work", "/Users", "C:\\", "/tmp"):
            assert word not in text


@pytest.mark.xdist_group("notebooks")
@pytest.mark.parametrize("name", NAMES)
class TestRun:
    def test_it_runs_from_top_to_bottom_without_a_word_of_complaint(self, name, executed):
        for cell in code(executed(name)):
            for out in cell.outputs:
                assert out.output_type != "error"
                assert out.get("name") != "stderr", out.text

    def test_each_cell_that_plots_shows_exactly_one_picture_and_no_other_does(self, name, executed):
        for cell in code(executed(name)):
            last = cell.source.splitlines()[-1]
            plots = not last.startswith("print(") and any(word in last for word in (".plot(", ".picture("))
            assert len(pictures(cell)) == plots, cell.source
            if plots:
                assert len(cell.outputs) == 1

    def test_the_demo_log_is_as_it_was(self, name, executed, desk, demo_file):
        executed(name)
        assert (desk / "db" / "demo.db").read_bytes() == demo_file.read_bytes()


@pytest.mark.xdist_group("notebooks")
class TestWhatTheyShow:
    def test_the_review_shows_the_card_the_picture_and_the_chart_as_it_was_known(self, executed):
        cells = code(executed("1-review-a-chart"))
        assert any(
            "text/html" in out.get("data", {})
            for cell in cells
            if cell.source.endswith("\nchart")
            for out in cell.outputs
        )
        assert sum(len(pictures(cell)) for cell in cells) == 5
        assert any("asof=" in cell.source for cell in cells)

    def test_the_form_is_shown_as_a_widget_and_nothing_is_saved_by_itself(self, executed):
        cells = {cell.source: cell for cell in code(executed("2-enter-a-visit"))}
        (form,) = cells['form = log.enter("P001")\nform'].outputs
        assert "application/vnd.jupyter.widget-view+json" in form.data
        assert cells["form.entry"].outputs == []

    def test_the_slip_is_corrected_with_old_and_new_value(self, executed):
        last = code(executed("2-enter-a-visit"))[-1].outputs[0].data["text/html"]
        assert "programmed_by" in last
        assert "clinician-2" in last

    def test_the_month_is_saved_as_pdf_page_text_and_facts(self, executed, desk):
        executed("3-monthly-summary")
        saved = sorted(path.name for path in (desk / "out").iterdir())
        assert saved == ["P001-2026-10-facts.csv", "P001-2026-10.html", "P001-2026-10.pdf", "P001-2026-10.txt"]
