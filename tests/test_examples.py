"""Every example in the documentation runs, on the demo log; every public function of the pure side has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import titration

MODULES = sorted(
    m.name for m in pkgutil.walk_packages(titration.__path__, "titration.") if not m.name.endswith("__main__")
)
PURE = [
    name
    for name in MODULES
    if name.startswith(
        ("titration.derive", "titration.units", "titration.times", "titration.scales", "titration.columns")
    )
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name, request):
    module = importlib.import_module(name)
    needs = "demo_log" in inspect.getsource(module)  # a copy of the demo log only for those that read it
    given = {"demo_log": request.getfixturevalue("demo_log")} if needs else {}
    finder = doctest.DocTestFinder(exclude_empty=True)
    for example in finder.find(module, name, extraglobs=given):
        said = []
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
        assert not said, "".join(said)


def public_functions(name):
    module = importlib.import_module(name)
    return [
        (f"{name}.{word}", thing)
        for word, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == name and not word.startswith("_")
    ]


@pytest.mark.parametrize("name", PURE)
def test_every_public_function_of_the_pure_side_is_documented_with_an_example(name):
    for word, function in public_functions(name):
        assert function.__doc__, word
        assert "Example:" in function.__doc__ or "Raises:" in function.__doc__ or name == "titration.times", word


@pytest.mark.parametrize("name", [n for n in PURE if n.startswith("titration.derive.")])
def test_every_derivation_names_its_source(name):
    for word, function in public_functions(name):
        assert "Source:" in function.__doc__, word


def test_every_method_of_a_log_and_a_chart_is_documented():
    from titration.chart import Chart
    from titration.log import Log

    for owner in (Log, Chart):
        for word, method in vars(owner).items():
            if inspect.isfunction(method) and not word.startswith("_"):
                assert method.__doc__, f"{owner.__name__}.{word}"
