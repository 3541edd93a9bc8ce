"""The local accounts of an emulated host."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from attrs import Attribute, field, frozen

from openhyperv.errors import InvalidInputError


def _fits_account_file(_account: object, attribute: Attribute[str], value: str) -> None:
    """The one file format pyspnego reads passwords from has colons between fields and an account a line."""
    if not value or ":" in value or len(value.splitlines()) > 1 or not value.isprintable():
        raise InvalidInputError(f"An account's {attribute.name} has no colon or line break and is not empty.")


@frozen
class Account:
    """A local account: every account of an emulated host is an administrator."""

    name: str = field(validator=_fits_account_file)
    password: str = field(validator=_fits_account_file, repr=False)


class AccountBook:
    """Accounts by name; Windows compares names without case."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = {account.name.lower(): account for account in accounts}

    def find(self, name: str) -> Account | None:
        """The account of that name, with or without a domain before a backslash.

        A host that is in no domain looks up every account in its own database, whatever domain the client
        names (Microsoft KB 103390).
        """
        return self._accounts.get(name.rpartition("\\")[2].lower())

    def check(self, name: str, password: str) -> Account | None:
        """The account of that name if the password is its own."""
        account = self.find(name)
        known = account.password if account else ""
        is_right = hmac.compare_digest(known.encode(), password.encode())
        return account if is_right and account else None
