"""Imports point down; each library is imported in its own place; nothing happens at import."""

import ast
import functools
from pathlib import Path

import pytest

import titration

ROOT = Path(titration.__file__).parent
LAYERS = (
    ("errors", "private"),
    ("units",),
    ("times",),
    ("fields", "scales", "vocabulary"),
    ("records",),
    ("columns", "disclosure"),
    ("headings",),
    ("store",),
    ("batching", "frames"),
    ("derive", "deidentified"),
    ("cohort",),
    ("plot",),
    ("report", "derived"),
    ("chart", "charts"),
    ("entry",),
    ("history", "holding", "known", "trail"),
    ("recording",),
    ("recording_frames", "papers"),
    ("amending", "reading"),
    ("importing", "exporting", "stating"),
    ("parquet",),
    ("cohort_sql",),
    ("log",),
    ("opening",),
    ("forms",),
    ("demo",),
    ("cli",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
PURE = ("deidentified", "derive", "derived", "plot", "report", "chart", "charts", "cohort")
LISTED = {("log", "forms")}  # `log.enter` asks for the form lazily: the one import upwards
ONLY_IN = {
    "sqlite3": {"store"},
    "sqlite_utils": {"store"},
    "sqlcipher3": {"store"},
    "pyrage": {"store"},
    "click": {"cli"},
    "matplotlib": {"plot"},
    "jinja2": {"report"},
    "typst": {"report"},
    "openpyxl": {"entry"},
    "python_calamine": {"entry"},
    "ipywidgets": {"forms"},
    "IPython": {"forms"},
    "msgspec": {"store"},
    "pyarrow": {"parquet"},
    "duckdb": {"cohort_sql"},
}


def files():
    return sorted(p for p in ROOT.rglob("*.py") if p.name != "__main__.py" and p != ROOT / "__init__.py")


def part_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def type_checking_lines(tree):
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            lines.update(range(node.lineno, node.end_lineno + 1))
    return lines


@functools.cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imports(path):
    """(name, line, whether it only serves types) of each import."""
    return list(_imports(parsed(path)))


def _imports(tree):
    typing_only = type_checking_lines(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield name, node.lineno, node.lineno in typing_only


def test_every_module_has_its_place():
    assert {part_of(p) for p in files()} - {"py"} <= set(RANK)


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path):
    part = part_of(path)
    for name, line, types_only in imports(path):
        if not name.startswith("titration.") or types_only:
            continue
        target = name.split(".")[1]
        if target == part or target.startswith("__") or (part, target) in LISTED:
            continue
        assert RANK[target] < RANK[part], f"{path.name}:{line} imports {name}"
        if part in PURE:
            assert target not in {"store", "frames"}, f"{path.name}:{line}: the pure side knows no file"


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_each_library_stays_in_its_own_place(path):
    for name, line, types_only in imports(path):
        library = name.split(".")[0]
        assert "pyplot" not in name, f"{path.name}:{line}"
        if library in ONLY_IN and not types_only:
            assert part_of(path) in ONLY_IN[library], f"{path.name}:{line} imports {library}"


def test_only_the_log_reads_the_clock():
    told = {}
    for path in files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "time_ns"}:
                owner = ast.unparse(node.value)
                if owner.split(".")[-1] in {"datetime", "date", "Timestamp", "time"}:
                    told.setdefault(part_of(path), []).append(f"{path.name}:{node.lineno}")
    assert set(told) <= {"log"}, told


def test_importing_the_package_brings_in_nothing_heavy():
    import subprocess
    import sys

    code = "import sys, titration, titration.cli; print([m for m in ('pandas', 'numpy', 'matplotlib', 'sqlite3') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300, "a file over 300 lines"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef):
            body = node.end_lineno - (node.body[0].end_lineno if ast.get_docstring(node) else node.lineno)
            assert body <= 50, f"{node.name} has {body} lines"
