"""The register of scales: every published scale whole and sourced, a site's own read with every fault at once."""

import json
import re
from collections import Counter

import build
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from titration import scales
from titration.errors import InvalidEntry
from titration.scales import REPORTERS, Register, Scale, from_toml, register
from titration.units import Unfit

SHIPPED = list(register().values())
SPASMS = (
    "two scales bear that name: penn_frequency (spasms per hour) and snow_spasm_frequency (spasms per day); "
    "name one of them"
)
MAS_SAYS = "Modified Ashworth Scale has the grades 0, 1, 1+, 2, 3, 4; its codings are read by a map only"
OWN = """[[scale]]
code = "mood"
version = "site-1"
name = "Mood"
reporters = ["patient"]
low = -3
high = 3
more_is = "lighter mood"
"""


def refusal(parse, *args):
    with pytest.raises(Unfit) as caught:
        parse(*args)
    return str(caught.value)


def faults(text):
    with pytest.raises(InvalidEntry) as caught:
        from_toml(text)
    return [str(fault) for fault in caught.value.faults]


def own(**parts):
    """A table of a site's own scale, sound but for what is given."""
    sound = {
        "code": "mood", "version": "1", "name": "Mood", "reporters": ["patient"], "low": 0, "high": 10, "more_is": "lighter",
    }  # fmt: skip
    return {name: part for name, part in (sound | parts).items() if part is not ...}


def own_faults(**parts):
    with pytest.raises(InvalidEntry) as caught:
        Scale.of(own(**parts))
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("scale", SHIPPED, ids=lambda scale: scale.code)
def test_every_published_scale_says_who_what_which_way_and_where_it_is_from(scale):
    assert set(scale.reporters) <= set(REPORTERS)
    for part in (scale.version, scale.name, scale.more_is, scale.recall, scale.licence, scale.citation):
        assert part.strip()
        assert part != "not stated"
    assert "worse" not in scale.more_is
    doi = re.search(r"doi:(\S+)", scale.citation)
    assert doi is None or re.fullmatch(r"10\.\d{4,}/\S+[^.;, ]", doi[1].rstrip(";,"))
    assert re.search(r"\b(19|20)\d\d\b", scale.citation) or "(unconfirmed)" in scale.citation


def test_the_scales_of_the_clinical_reference_are_all_there():
    assert set(register()) >= {
        "nrs_spasticity", "penn_frequency", "penn_severity", "snow_spasm_frequency", "vas_spasticity", "vas_pain",
        "ashworth", "modified_ashworth", "tardieu_quality", "tardieu_quality_0_5", "msss_88_raw", "sci_set",
        "scats_clonus", "scats_flexor", "scats_extensor", "nrs_pain", "nrs_sleep", "pgic", "copm_performance",
        "copm_satisfaction", "eq5d_5l_index_de", "eq_vas", "barthel_100", "barthel_20", "fim_total", "fim_motor",
        "fim_cognitive", "borg_rpe", "borg_cr10", "snow_hygiene", "adductor_tone", "cpchild", "barry_albright",
    }  # fmt: skip


@pytest.mark.parametrize("word", ["MSSS-88", "PRISM"])
def test_subscales_whose_range_no_source_confirms_are_not_shipped_and_it_says_so(word):
    says = refusal(register().find, word)
    assert "could not be confirmed" in says
    assert says.endswith("titration scale add")


def test_the_parts_of_a_questionnaire_add_up_to_the_whole():
    """88 items of 1 to 4, 13 and 5 items of 1 to 7."""
    assert (register()["msss_88_raw"].low, register()["msss_88_raw"].high) == (88, 352)
    motor, cognitive, total = (register()[f"fim_{part}"] for part in ("motor", "cognitive", "total"))
    assert (motor.low + cognitive.low, motor.high + cognitive.high) == (total.low, total.high) == (18, 126)


def test_licensed_instruments_are_metadata_only_and_codes_are_those_looked_up():
    licensed = ("msss_", "prism_", "copm_", "eq", "barthel_", "fim_", "borg_", "cpchild")
    assert {s.code for s in SHIPPED if s.metadata_only} == {c for c in register() if c.startswith(licensed)}
    assert {s.code: dict(s.codes) for s in SHIPPED if s.codes} == {
        "nrs_pain": {"loinc": "72514-3"},
        "barthel_100": {"snomed": "273302005"},
        "eq5d_5l_index_de": {"snomed": "736534008"},
    }


def test_no_word_stands_for_two_scales():
    words = Counter(scales._word(w) for s in SHIPPED for w in {scales._word(x) for x in (s.code, s.name, *s.aliases)})
    assert [word for word, times in words.items() if times > 1] == []
    assert not words.keys() & scales._shared().keys()


@pytest.mark.parametrize("word", ["modified_ashworth", "MAS", "mas", "Modified  Ashworth", "modified-ashworth scale"])
def test_a_scale_is_found_by_any_of_its_spellings(word):
    assert register().find(word).code == "modified_ashworth"


@pytest.mark.parametrize("word", ["spasm frequency", "Spasm-Frequency", "spasm_frequency", "Spasm Frequency Scale"])
def test_spasm_frequency_alone_is_two_scales_and_refused(word):
    assert refusal(register().find, word) == SPASMS
    assert word not in register()


def test_penn_counts_by_the_hour_and_snow_by_the_day():
    assert register().find("Penn").more_is == "more spasms per hour"
    assert register().find("Snow").more_is.startswith("more spasms per day")
    assert register().find("Penn") != register().find("SFS")


@pytest.mark.parametrize("word", ["Barthel", "Barthel Index", "VAS", "EQ-5D", "COPM", "Borg", "Tardieu", "SCATS"])  # fmt: skip
def test_a_name_that_several_scales_bear_is_refused_with_the_codes_to_choose_from(word):
    says = refusal(register().find, word)
    assert says.endswith("name one of them")
    assert any(code in says for code in register())


def test_every_code_named_in_a_refusal_exists():
    for says in scales._shared().values():
        named = re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", says)
        assert named or "titration scale add" in says
        assert set(named) <= set(register())


def test_an_unknown_scale_is_refused_with_what_there_is():
    says = refusal(register().find, "joy")
    assert says.startswith("is no scale of this log; there are nrs_spasticity, ")
    assert says.endswith("a site adds its own with: titration scale add")


@pytest.mark.parametrize(("value", "grade"), [(0, None), (1, None), (2.0, None), (None, "1+"), (None, "4")])
def test_the_modified_ashworth_keeps_its_labels(value, grade):
    assert register()["MAS"].fit(value, grade) == (None, grade or str(int(value)))


@pytest.mark.parametrize(("value", "grade"), [(1.5, None), (5, None), (-1, None), (None, "1.5"), (None, "+1"), (None, "1 +"), (None, None)])  # fmt: skip
def test_any_coding_of_one_plus_is_refused_naming_the_grades(value, grade):
    assert refusal(register()["MAS"].fit, value, grade) == MAS_SAYS


@pytest.mark.parametrize(
    ("code", "value", "says"),
    [
        ("nrs_spasticity", 10.5, "Spasticity NRS runs from 0 to 10 in steps of 1"),
        ("barthel_100", 47, "Barthel Index, 0 to 100 runs from 0 to 100 in steps of 5"),
        ("barthel_20", 21, "Barthel Index, 0 to 20 runs from 0 to 20 in steps of 1"),
        ("sci_set", 3.01, "Spinal Cord Injury Spasticity Evaluation Tool runs from -3 to 3"),
        ("eq5d_5l_index_de", -0.662, "EQ-5D-5L index, value set for Germany runs from -0.661 to 1"),
        ("ashworth_1_5", 0, "Ashworth Scale, numbered 1 to 5 runs from 1 to 5 in steps of 1"),
        ("nrs_pain", None, "Pain NRS is a number, from 0 to 10 in steps of 1; it has no grades"),
    ],
)
def test_a_value_off_its_scale_is_refused_with_the_range(code, value, says):
    assert refusal(register()[code].fit, value, None) == says


def test_a_value_and_a_grade_together_are_refused():
    assert refusal(register()["MAS"].fit, 1, "1+") == "modified_ashworth takes a value or a grade, not both"


def test_a_mean_fits_a_scale_of_any_number_and_steps_of_a_tenth_are_exact_enough():
    assert register()["sci_set"].fit(-0.3428, None) == (-0.3428, None)
    tenths = Scale.of(own(step=0.1, high=1))
    assert [tenths.fit(n / 10, None)[0] for n in range(11)] == [n / 10 for n in range(11)]
    assert refusal(tenths.fit, 0.25, None) == "Mood runs from 0 to 1 in steps of 0.1"


@given(strategies.published().flatmap(lambda scale: st.tuples(st.just(scale), strategies.answers(scale))))
def test_every_answer_of_a_scale_fits_it_and_makes_a_score(drawn):
    scale, (value, grade) = drawn
    assert scale.fit(value, grade) == (value, grade)
    made = build.score(scale=scale.code, value=value, **({} if grade is None else {"grade": grade}))
    assert (made.value, made.grade) == (value, grade)


@given(strategies.published(), st.floats(), st.none() | st.text(max_size=4))
def test_any_answer_is_of_the_scale_or_refused(scale, value, grade):
    for answer in ((value, None), (None, grade)):
        try:
            kept = scale.fit(*answer)
        except Unfit as unfit:
            assert scale.name in str(unfit)  # noqa: PT017 - only Unfit may be raised, naming the scale
        else:
            assert scale.fit(*kept) == kept


@pytest.mark.parametrize("scale", SHIPPED, ids=lambda scale: scale.code)
def test_a_definition_is_the_same_text_for_the_same_scale_and_gives_it_back_unchangeable(scale):
    again = Scale.from_definition(scale.definition())
    assert again == scale
    with pytest.raises(AttributeError):
        again.high = 100
    assert again.definition() == scale.definition()
    assert hash(again) == hash(scale)
    assert scale.definition().isascii()
    assert list(json.loads(scale.definition())) == sorted(json.loads(scale.definition()))


def test_a_scale_of_the_site_is_read_and_joins_the_register_before_the_published_ones():
    (mood,) = from_toml(OWN)
    assert (mood.low, mood.step, mood.ordinal, mood.range_words) == (-3.0, 1.0, True, "from -3 to 3 in steps of 1")
    assert Scale.of(own(low=..., high=..., grades=["none", "some"])).range_words == "none, some"
    assert Scale("free", "1", "Free", ("patient",), "more").range_words == "any number"
    joined = register().joined((mood,))
    assert (joined["Mood"], len(joined), next(iter(joined))) == (mood, len(register()) + 1, "mood")
    ours = Scale.of(own(code="nrs_spasticity", name="Our NRS"))
    assert register().joined((ours,))["nrs_spasticity"] is ours
    assert len(register().joined((ours,))) == len(register())


def test_a_code_of_the_site_is_never_taken_for_another_scales_other_spelling():
    ours = Scale.of(own(code="NRS", name="NRS of this site"))
    assert register()["nrs"].code == "nrs_spasticity"
    assert register().joined((ours,))["nrs"] is ours
    assert Register((*SHIPPED, ours))["nrs"] is ours


def test_a_step_of_nought_says_that_any_number_can_be():
    (mood,) = from_toml(OWN + "step = 0\n")
    assert (mood.step, mood.range_words, mood.fit(0.123, None)) == (None, "from -3 to 3", (0.123, None))


def test_every_fault_of_every_scale_of_a_file_is_listed():
    wrong = OWN.replace('"mood"', '"sleep"').replace("high = 3", "high = -4").replace('"patient"', '"spouse"')
    assert faults(OWN + OWN + wrong) == [
        "mood.code: is there twice; a scale has one table",
        "sleep.reporters=['spouse']: must name one or more of patient, proxy, clinician",
        "sleep.low, high=[-3, -4]: must be two numbers, the lower first, or give grades",
    ]


@pytest.mark.parametrize("text", ["", "scale = 1", "scale = []", "scale = [1]", "[scale]\ncode = 'x'", "[[scales]]"])
def test_a_file_without_scales_is_refused(text):
    assert faults(text) == ["[[scale]]: must be there at least once"]


def test_a_file_that_is_no_toml_is_refused():
    assert faults("code: mood")[0].startswith("file: is not TOML: ")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"code": ...}, "code: must be given, as text"),
        ({"name": 5}, "name=5: must be given, as text"),
        ({"recall": " "}, "recall= : must be given, as text"),
        ({"code": "a" * 41}, f"code={'a' * 41}: must be at most 40 characters"),
        ({"colour": "red"}, "colour: is not a part of a scale; the parts are code, version, name, reporters, more_is, low, high, step, grades, ordinal, recall, licence, citation, aliases, codes, metadata_only"),
        ({"reporters": []}, "reporters=[]: must name one or more of patient, proxy, clinician"),
        ({"reporters": ...}, "reporters: must name one or more of patient, proxy, clinician"),
        ({"reporters": "patient"}, "reporters=patient: must be a list of labels, each once, as text"),
        ({"reporters": 5}, "reporters=5: must be a list of labels, each once, as text"),
        ({"aliases": [["a"]]}, "aliases=[['a']]: must be a list of labels, each once, as text"),
        ({"low": ..., "high": ..., "grades": "012"}, "grades=012: must be a list of labels, each once, as text"),
        ({"low": ..., "high": ..., "grades": ["0", "0"]}, "grades=['0', '0']: must be a list of labels, each once, as text"),
        ({"low": ..., "high": ..., "grades": [0, 1]}, "grades=[0, 1]: must be a list of labels, each once, as text"),
        ({"low": ..., "high": ..., "grades": ["a" * 17]}, f"grades=['{'a' * 17}']: must be a list of labels, each once, as text"),
        ({"grades": ["0", "1"]}, "grades: a scale has grades, or a range from low to high, not both"),
        ({"low": ...}, "low, high=[None, 10]: must be two numbers, the lower first, or give grades"),
        ({"low": 10}, "low, high=[10, 10]: must be two numbers, the lower first, or give grades"),
        ({"low": float("nan")}, "low, high=[nan, 10]: must be two numbers, the lower first, or give grades"),
        ({"high": float("inf")}, "low, high=[0, inf]: must be two numbers, the lower first, or give grades"),
        ({"low": True}, "low, high=[True, 10]: must be two numbers, the lower first, or give grades"),
        ({"step": -1}, "step=-1: must be a number; 0 when any number of the range can be"),
        ({"step": "one"}, "step=one: must be a number; 0 when any number of the range can be"),
        ({"ordinal": "yes"}, "ordinal=yes: must be true or false"),
        ({"codes": ["72514-3"]}, "codes=['72514-3']: must be codes as text, by the name of their system"),
        ({"codes": {"loinc": 725143}}, "codes={'loinc': 725143}: must be codes as text, by the name of their system"),
    ],
)  # fmt: skip
def test_a_scale_that_contradicts_itself_is_refused_with_its_reason(parts, says):
    assert own_faults(**parts) == [says]


@given(st.dictionaries(st.sampled_from([*own(), "step", "grades", "codes", "ordinal"]), st.none() | st.booleans()
       | st.floats() | st.text() | st.lists(st.text() | st.integers()) | st.dictionaries(st.text(), st.text())))  # fmt: skip
def test_any_table_is_a_scale_or_is_refused(parts):
    try:
        made = Scale.of(own() | parts)
    except InvalidEntry as invalid:
        assert invalid.faults  # noqa: PT017 - only InvalidEntry may be raised, with faults
    else:
        assert Scale.from_definition(made.definition()) == made
