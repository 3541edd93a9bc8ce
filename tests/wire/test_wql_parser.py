"""Reading WQL: the forms that people and programs really write, and refusal of everything else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import (
    And,
    AssociatorsOf,
    Comparison,
    Condition,
    IsNull,
    Not,
    Operator,
    Or,
    Property,
    Query,
    Select,
    equal,
    not_equal,
)
from openhyperv.wire.wql_parser import MAX_DEPTH, parse_wql
from openhyperv.wire.wql_tokens import WqlSyntaxError, selected_class

A, B, C, D = (equal(name, 1) for name in "abcd")


def condition_of(text: str) -> Condition | None:
    query = parse_wql(f"SELECT * FROM C WHERE {text}")
    assert isinstance(query, Select)
    return query.condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a=1 or b=1 and c=1", Or((A, And((B, C))))),
        ("not a=1 and b=1", And((Not(A), B))),
        ("not (a=1 and b=1)", Not(And((A, B)))),
        ("(a=1 or b=1) and (c=1 or d=1)", And((Or((A, B)), Or((C, D))))),
        ("a=1 AND b=1 AND c=1", And((A, B, C))),
        ("((a=1))", A),
        ("NOT NOT a = 1", Not(Not(A))),
        ("1 = a", A),
        ("3 > a", Comparison(Property("a"), Operator.LESS, 3)),
        ("'x' <> a", not_equal("a", "x")),
        ("a != 1", not_equal("a", 1)),
        ("a = NULL", IsNull(Property("a"))),
        ("a <> null", Not(IsNull(Property("a")))),
        ("a IS NOT NULL", Not(IsNull(Property("a")))),
        ("a = -1", equal("a", -1)),
        ("a = 1.5e3", equal("a", 1500.0)),
        ("a = TRUE", equal("a", True)),
        ("a=b.c", Comparison(Property("a"), Operator.EQUAL, Property("b.c"))),
        (r"""a = "it's \"x\" \\ y" """, equal("a", 'it\'s "x" \\ y')),
        (r"""a = 'say "x" it\'s' """, equal("a", 'say "x" it\'s')),
        ("__CLASS = 'Msvm_X'", equal("__CLASS", "Msvm_X")),
    ],
)
def test_conditions(text: str, condition: Condition) -> None:
    assert condition_of(text) == condition


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("select a , b from C", Select("C", ("a", "b"))),
        ("  \n\tSELECT\n*\nFROM C\n ", Select("C")),
        ("Select * From __InstanceCreationEvent Within 0.5", Select("__InstanceCreationEvent", within_s=0.5)),
        (
            "associators of {Win32_LogicalDisk.DeviceID='C:'} where resultclass=Win32_Directory",
            AssociatorsOf(
                ObjectPath("Win32_LogicalDisk", {"DeviceID": "C:"}), result_class="Win32_Directory"
            ),
        ),
        (
            (
                r'ASSOCIATORS OF {\\.\root\virtualization\v2:Msvm_X.InstanceID="a}\\\"b"} WHERE Role = '
                "Antecedent ResultRole=Dependent AssocClass = Msvm_Y RequiredQualifier=Dynamic ClassDefsOnly"
            ),
            AssociatorsOf(
                ObjectPath("Msvm_X", {"InstanceID": 'a}\\"b'}),
                role="Antecedent",
                result_role="Dependent",
                association_class="Msvm_Y",
                required_qualifier="Dynamic",
                class_defs_only=True,
            ),
        ),
        (
            "ASSOCIATORS OF {Win32_X.A=5,B=TRUE}",
            AssociatorsOf(ObjectPath("Win32_X", {"A": 5, "B": True})),
        ),
    ],
)
def test_queries(text: str, query: Query) -> None:
    assert parse_wql(text) == query


def test_a_relative_path_lies_in_the_namespace_of_the_query() -> None:
    query = parse_wql("REFERENCES OF {Win32_Service.Name='vmms'}", namespace="root/cimv2")
    assert not isinstance(query, Select)
    assert query.path.namespace == "root/cimv2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT a b FROM C",
        "SELECT *, a FROM C",
        "SELECT a, FROM C",
        "SELECT * FROM a.b",
        "SELECT * FROM C WHERE",
        "SELECT * FROM C WHERE a",
        "SELECT * FROM C WHERE a =",
        "SELECT * FROM C WHERE a = 1 OR",
        "SELECT * FROM C WHERE (a = 1",
        "SELECT * FROM C WHERE a = 1)",
        "SELECT * FROM C WHERE a = 'x",
        r"SELECT * FROM C WHERE a = 'C:\temp'",
        "SELECT * FROM C WHERE a < NULL",
        "SELECT * FROM C WHERE a IS 5",
        "SELECT * FROM C WHERE a LIKE b",
        "SELECT * FROM C WHERE a ISA C",
        "SELECT * FROM C WHERE a ISA 'not a class'",
        "SELECT * FROM C WHERE 1 = 1",
        "SELECT * FROM C WHERE a = 12x",
        "SELECT * FROM C WHERE a = " + "9" * 5000,
        "SELECT * FROM C WHERE a = 1e999",
        "SELECT * FROM C; SELECT * FROM D",
        "SELECT * FROM C ORDER BY a",
        "SELECT COUNT(*) FROM C",
        "SELECT * FROM C WITHIN 0",
        "SELECT * FROM C WITHIN x",
        "DELETE FROM C",
        "ASSOCIATORS OF C.K='v'",
        "ASSOCIATORS OF {}",
        "ASSOCIATORS OF {C.K='v'",
        "ASSOCIATORS OF {C.K='v'} WHERE",
        "ASSOCIATORS OF {C.K='v'} WHERE a = 1",
        "ASSOCIATORS OF {C.K='v'} WHERE Role = A Role = B",
        "REFERENCES OF {C.K='v'} WHERE AssocClass = A",
        "REFERENCES OF {C.K=007'} WHERE Role = A",
    ],
)
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(WqlSyntaxError):
        parse_wql(text)


def test_the_error_says_where_and_what() -> None:
    with pytest.raises(WqlSyntaxError, match=r"A comparison expected at character 24, not '5'"):
        parse_wql("SELECT * FROM C WHERE a 5")


@pytest.mark.parametrize("opening", ["(", "NOT ", "NOT ("])
def test_nesting_is_bounded(opening: str) -> None:
    closing = ")" * opening.count("(")
    shallow = MAX_DEPTH // len(opening.split()) - 1
    assert condition_of(opening * shallow + "a = 1" + closing * shallow)
    with pytest.raises(WqlSyntaxError):
        condition_of(opening * 100_000 + "a = 1" + closing * 100_000)


def test_long_lists_are_no_nesting() -> None:
    condition = condition_of(" OR ".join(f"InstanceID = 'Microsoft:{n}'" for n in range(5000)))
    assert isinstance(condition, Or)
    assert len(condition.operands) == 5000


# fmt: off
_fragments = st.sampled_from([
    "SELECT", "*", "FROM", "C", "WHERE", "a", "=", "<>", "'x'", "\"", "'", "\\", "(", ")",
    "NOT", "AND", "OR", "IS", "NULL", "LIKE", "ISA", "WITHIN", "1", "1.5", ".", "{", "}",
    "{C.K='v'}", "ASSOCIATORS", "OF", "REFERENCES", "@", "€",
])
# fmt: on


@given(st.text() | st.lists(_fragments).map(" ".join) | st.lists(_fragments).map("".join))
def test_nothing_but_a_syntax_error_comes_out(text: str) -> None:
    with suppress(WqlSyntaxError):
        parse_wql(text)


@given(st.lists(_fragments).map(" ".join))
def test_nor_out_of_a_where_clause(text: str) -> None:
    with suppress(WqlSyntaxError):
        condition_of(text)


@pytest.mark.parametrize(
    ("text", "class_name"),
    [
        ("SELECT * FROM Msvm_ComputerSystem", "Msvm_ComputerSystem"),
        ("select Name, __PATH from CIM_System where Name = 'from'", "CIM_System"),
        ("SELECT * FROM Msvm_ComputerSystem WHERE ???", "Msvm_ComputerSystem"),
        ("SELECT * FROM 'Msvm_ComputerSystem'", ""),
        ("SELECT *", ""),
        ("SELECT ??? FROM Msvm_ComputerSystem", ""),
        ('ASSOCIATORS OF {Msvm_ComputerSystem.Name="x"}', ""),
        ("", ""),
    ],
)
def test_the_selected_class_is_known_without_reading_the_rest(text: str, class_name: str) -> None:
    assert selected_class(text) == class_name
