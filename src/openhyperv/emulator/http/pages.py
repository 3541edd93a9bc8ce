"""The emulator's own pages beside ``/wsman``: JSON for programs, HTML for people, for this machine only."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from html import escape
from typing import TypeAlias

from attrs import evolve, frozen

from openhyperv.emulator.http.refusals import by_http_sys
from openhyperv.emulator.http.stream import Request, Response
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.rules.reading import describe, read_rules
from openhyperv.errors import InvalidInputError

Facts: TypeAlias = Callable[[], Mapping[str, object]]
"""Makes a page's content when it is asked for: anything JSON can hold."""

_RULE_TEXTS = ("application/toml", "application/json")


@frozen
class Pages:
    """What the emulator shows about itself: ``about`` what is implemented, ``variables`` what is going on."""

    about: Facts
    variables: Facts
    rules: Rules

    def respond(self, request: Request, peer: str) -> Response | None:
        """Answer a request for one of the pages; None for any other path, and for other machines."""
        page = {"/about": self._about, "/debug/vars": self._variables, "/debug/rules": self._rules}.get(
            request.path
        )
        return page(request) if page and ipaddress.ip_address(peer).is_loopback else None

    def _about(self, request: Request) -> Response:
        if request.method != "GET":
            return _only("GET")
        if "text/html" in request.headers.get("accept", ""):
            return _html("OpenHyperV emulated host", self.about())
        return _json(self.about())

    def _variables(self, request: Request) -> Response:
        return _json(self.variables()) if request.method == "GET" else _only("GET")

    def _rules(self, request: Request) -> Response:
        """POST replaces all rules by those of the body; an empty body leaves none."""
        if request.method == "POST":
            return self._replace_rules(request)
        if request.method != "GET":
            return _only("GET, POST")
        return self._rules_now()

    def _replace_rules(self, request: Request) -> Response:
        """Only from a program: a web page cannot send these content types to a foreign host unasked."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _RULE_TEXTS:
            return _plain(415, f"Rules are {' or '.join(_RULE_TEXTS)}.")
        try:
            rules = read_rules(request.body.decode())
        except (InvalidInputError, UnicodeDecodeError) as error:
            return _plain(400, str(error))
        self.rules.replace(rules)
        return self._rules_now()

    def _rules_now(self) -> Response:
        return _json({"rule": [{**describe(rule), "fired": times} for rule, times in self.rules.fired()]})


def _only(methods: str) -> Response:
    return evolve(by_http_sys(405), headers=(("Allow", methods),))


def _plain(status: int, text: str) -> Response:
    return Response(
        status=status, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=text.encode()
    )


def _json(facts: Mapping[str, object]) -> Response:
    body = json.dumps(facts, indent=1).encode()
    return Response(status=200, reason="OK", headers=(("Content-Type", "application/json"),), body=body)


def _html(title: str, facts: Mapping[str, object]) -> Response:
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
        "<style>body{font-family:sans-serif}table{border-collapse:collapse}"
        "th,td{border:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top}</style>"
        f"<h1>{escape(title)}</h1>{_table(facts)}</html>"
    )
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Response(status=200, reason="OK", headers=headers, body=page.encode())


def _table(facts: Mapping[str, object]) -> str:
    rows = (f"<tr><th>{escape(str(name))}</th><td>{_cell(value)}</td></tr>" for name, value in facts.items())
    return f"<table>{''.join(rows)}</table>"


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, list | tuple):
        return "<br>".join(_cell(item) for item in value)
    return escape(str(value))
