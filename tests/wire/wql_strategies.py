"""Hypothesis strategies for every WQL query that can be written."""

from __future__ import annotations

from hypothesis import strategies as st

from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import (
    And,
    AssociatorsOf,
    Comparison,
    Isa,
    IsNull,
    Like,
    Not,
    Operator,
    Or,
    Property,
    ReferencesOf,
    Select,
)
from openhyperv.wire.wql_conditions import RESERVED

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name.lower() not in RESERVED
)
strings = st.text() | st.text(alphabet="'\"\\{}%_[]^ \n")
properties = st.lists(names, min_size=1, max_size=3).map(lambda parts: Property(".".join(parts)))
integers = st.integers(min_value=-(2**63), max_value=2**64 - 1)
literals = strings | integers | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)

_predicates = (
    st.builds(Comparison, properties, st.sampled_from(Operator), literals | properties)
    | st.builds(Like, properties, strings)
    | st.builds(Isa, properties, names)
    | st.builds(IsNull, properties)
)
conditions = st.recursive(
    _predicates,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda several: And(tuple(several)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda several: Or(tuple(several)))
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)
intervals = st.none() | st.integers(1, 10**6) | st.floats(min_value=0.001, max_value=1e6)
selects = st.builds(
    Select, names, st.lists(names, max_size=3).map(tuple), st.none() | conditions, within_s=intervals
)
paths = st.builds(
    ObjectPath,
    names,
    st.dictionaries(names, strings | integers | st.booleans(), min_size=1, max_size=3),
    namespace=st.just("root/virtualization/v2"),
    server=st.sampled_from([None, ".", "HV1"]),
)
_options = {
    "result_class": st.none() | names,
    "role": st.none() | names,
    "required_qualifier": st.none() | names,
    "class_defs_only": st.booleans(),
    "keys_only": st.booleans(),
}
associators = st.builds(
    AssociatorsOf, paths, association_class=st.none() | names, result_role=st.none() | names, **_options
)
references = st.builds(ReferencesOf, paths, **_options)
queries = selects | associators | references
