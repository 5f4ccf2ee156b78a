"""Nothing in `derive` walks over rows: a clinic of a thousand patients goes through in one piece."""

import ast
from pathlib import Path

import pytest

import titration.derive

FILES = sorted(Path(titration.derive.__file__).parent.glob("*.py"))
ROW_BY_ROW = {"iterrows", "itertuples", "applymap", "vectorize", "iteritems", "to_dict"}
PER_VALUE = {"map", "agg", "transform"}


def calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func.attr


def said(node):
    return ast.unparse(node)[:70]


def by_row_or_group(node):
    """Whether it calls a function for each row, or `apply` for each group."""
    by_row = any(k.arg == "axis" and ast.unparse(k.value) in {"1", "'columns'"} for k in node.keywords)
    return by_row or (node.func.attr == "apply" and "groupby" in ast.unparse(node.func.value))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_row_is_walked_over(path):
    found = [
        f"{path.name}:{n.lineno} {said(n)}"
        for n, name in calls(path)
        if name in ROW_BY_ROW or (name in {"apply", "agg"} and by_row_or_group(n))
    ]
    assert not found


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_function_of_ours_is_called_for_each_value(path):
    found = [
        f"{path.name}:{n.lineno} {said(n)}"
        for n, name in calls(path)
        if name in PER_VALUE and any(isinstance(a, ast.Lambda) for a in n.args)
    ]
    assert not found


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_loop_runs_over_a_frame_or_an_array(path):
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        loops = [node] if isinstance(node, ast.For) else getattr(node, "generators", [])
        for loop in loops:
            over = ast.unparse(loop.iter)
            if any(word in over for word in (".index", "tolist()", "to_numpy()", ".groupby(", "len(")):
                found.append(f"{path.name}: for ... in {over}")
    assert not found
