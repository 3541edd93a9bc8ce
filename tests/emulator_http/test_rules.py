"""Rules: which request they hit, how often, and what their text may say."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhyperv.emulator.rules.actions import JobFails, ResetAfter, Slow, WsmanFault
from openhyperv.emulator.rules.matching import Operation, OperationName, Rule, Rules
from openhyperv.emulator.rules.reading import ACTIONS, read_rules
from openhyperv.errors import InvalidInputError

GET = Operation(OperationName.GET, "Msvm_ComputerSystem", values={"Name": "AB"})
DEFINE = Operation(OperationName.INVOKE, "Msvm_VirtualSystemManagementService", "DefineSystem")


def test_the_first_rule_that_covers_a_request_decides():
    rules = Rules(
        [
            Rule(action=ResetAfter(), operation=OperationName.INVOKE, method="definesystem"),
            Rule(action=Slow(delay_s=1.0)),
        ]
    )
    assert rules.match(DEFINE) == ResetAfter()
    assert rules.match(GET) == Slow(delay_s=1.0)


@pytest.mark.parametrize(
    ("rule", "covers"),
    [
        (Rule(action=Slow()), True),
        (Rule(action=Slow(), class_name="msvm_computersystem"), True),
        (Rule(action=Slow(), class_name="Msvm_ConcreteJob"), False),
        (Rule(action=Slow(), operation=OperationName.PULL), False),
        (Rule(action=Slow(), method="RequestStateChange"), False),
        (Rule(action=Slow(), properties={"name": "ab"}), True),
        (Rule(action=Slow(), properties={"Name": "other"}), False),
        (Rule(action=Slow(), properties={"CreationClassName": "AB"}), False),
    ],
)
def test_what_is_left_out_matches_anything_and_case_does_not_matter(rule, covers):
    assert rule.covers(GET) is covers


def test_after_skips_and_count_ends():
    rules = Rules([Rule(action=ResetAfter(), after=2, count=1)])
    assert [rules.match(GET) for _ in range(5)] == [None, None, ResetAfter(), None, None]
    assert [times for _rule, times in rules.fired()] == [1]


def test_a_spent_rule_lets_the_next_one_act():
    rules = Rules([Rule(action=ResetAfter(), count=1), Rule(action=WsmanFault(code=5))])
    assert [rules.match(GET) for _ in range(2)] == [ResetAfter(), WsmanFault(code=5)]


def test_probability_is_a_share_of_the_requests():
    rules = Rules([Rule(action=Slow(), probability=0.25)], seed=7)
    hits = sum(rules.match(GET) is not None for _ in range(4000))
    assert 800 < hits < 1200


def test_rules_change_while_they_are_in_use():
    rules = Rules()
    assert rules.match(GET) is None
    rules.add(Rule(action=Slow()))
    assert rules.match(GET) == Slow()
    rules.clear()
    assert rules.match(GET) is None


TOML = """
[[rule]]
operation = "Invoke"
class = "Msvm_VirtualSystemManagementService"
method = "DefineSystem"
properties = { ElementName = "web01" }
probability = 0.5
after = 1
count = 3
action = "job-fails"
code = 32773
text = "No."
delay_s = 0.25
"""


def test_toml_and_json_say_the_same():
    rule = Rule(
        action=JobFails(code=32773, text="No.", delay_s=0.25),
        operation=OperationName.INVOKE,
        class_name="Msvm_VirtualSystemManagementService",
        method="DefineSystem",
        properties={"ElementName": "web01"},
        probability=0.5,
        after=1,
        count=3,
    )
    assert read_rules(TOML) == [rule]
    assert read_rules('{"rule": [{"action": "reset-after", "count": 1}]}') == [
        Rule(action=ResetAfter(), count=1)
    ]
    assert read_rules("") == []


@pytest.mark.parametrize(
    "text",
    [
        "[[rule]]\naction = 'explode'",
        "[[rule]]\ncount = 1",
        "[[rule]]\naction = 'slow'\ncuont = 1",
        "[[rule]]\naction = 'slow'\ncode = 1",
        "[[rule]]\naction = 'slow'\noperation = 'Fetch'",
        "[[rule]]\naction = 'slow'\nprobability = 1.5",
        "[[rule]]\naction = 'slow'\ncount = 0",
        "[[rule]]\naction = 'slow'\ncount = true",
        "[[rule]]\naction = 'slow'\ndelay_s = -1",
        "[[rule]]\naction = 'slow'\nproperties = 'Name'",
        "[[rule]]\naction = 'wsman-fault'",
        "[[rules]]\naction = 'slow'",
        "rule = 3",
        "not toml",
        "{not json",
        '{"rule": [3]}',
    ],
)
def test_text_that_makes_no_rule_is_refused(text):
    with pytest.raises(InvalidInputError):
        read_rules(text)


def test_every_action_can_be_written():
    needed = {"wsman-fault": ', "code": 5', "method-returns": ', "return_value": 32775'}
    for name, kind in ACTIONS.items():
        (rule,) = read_rules(f'{{"rule": [{{"action": "{name}"{needed.get(name, "")}}}]}}')
        assert type(rule.action) is kind


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(InvalidInputError):
        assert isinstance(read_rules(text), list)
