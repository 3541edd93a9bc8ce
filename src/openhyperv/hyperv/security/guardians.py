"""Guardians of a host: who owns and unwraps the keys that machines' TPMs are sealed with.

Called as Microsoft's HgsClient module does (New-HgsGuardian, Get-HgsGuardian, Remove-HgsGuardian).
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, HyperVError, InvalidInputError, NotFoundError, UnsupportedError
from openhyperv.files.secret_folder import SecretFolder
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.security.envelopes import make_room_for_bytes
from openhyperv.hyperv.security.guardian_files import export_guardian, import_guardian
from openhyperv.hyperv.security.hgs import GUARDIAN, GUARDIANS, HGS
from openhyperv.hyperv.values import octets, returned_instance, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value
from openhyperv.wire.wql import Select, equal, select

LOCAL_GUARDIAN = "UntrustedGuardian"
"""Whom Hyper-V's own tools make for local key protectors (Set-VMKeyProtector -NewLocalKeyProtector)."""


@frozen
class Guardian:
    """A guardian; ``has_private_keys`` where it can own key protectors on this host. Certificates are DER."""

    name: str
    has_private_keys: bool
    signing_certificate: bytes
    encryption_certificate: bytes


class Guardians:
    """The guardians of one host, which Windows Server 2016 and later have.

    :raises UnsupportedError: from every method: the host knows no guardians
    """

    def __init__(self, session: Session, files: HostFiles, layout: Layout) -> None:
        self._session = session
        self._files = files
        self._layout = layout

    def list(self) -> list[Guardian]:
        """All of them by name, in one request."""
        rows = _shown(self._session, select(GUARDIAN))
        return sorted(map(_guardian, rows), key=lambda guardian: guardian.name.lower())

    def create(self, name: str) -> Guardian:
        """Make a guardian with certificates of its own, whose private keys stay on the host.

        :raises ConflictError: there is one of that name
        :raises InvalidInputError: no guardian can have that name; nothing was sent
        """
        self._check_free(name)
        return _guardian(_generate(self._session, name))

    def export(self, name: str) -> bytes:
        """A guardian's certificates, without its private keys, as another host imports them.

        :raises NotFoundError: there is none of that name
        """
        guardian = find_guardian(self._session, name)
        if guardian is None:
            raise no_such_guardian(self._session, name)
        with self._exchange() as folder:
            return export_guardian(self._session, folder, guardian)

    def bring_in(self, name: str, content: bytes) -> Guardian:
        """Make known a guardian of another host, as that one exported it; machines can be granted to it.

        :raises ConflictError: there is one of that name
        :raises InvalidInputError: no guardian can have that name; nothing was sent
        """
        self._check_free(name)
        with self._exchange() as folder:
            return _guardian(import_guardian(self._session, folder, name, content))

    def _exchange(self) -> SecretFolder:
        return SecretFolder(self._files, self._layout.root / "guardians")

    def _check_free(self, name: str) -> None:
        if find_guardian(self._session, _checked(name)) is not None:
            raise ConflictError("There is such a guardian already.", host=self._session.host, target=name)

    def remove(self, name: str) -> None:
        """Forget a guardian with its keys; nothing happens where there is none.

        Machines whose key protectors only it can unwrap do not start any more.
        """
        if find_guardian(self._session, name) is not None:
            self._session.run(GUARDIANS, "Remove", {"Name": name}, target=name)


def find_guardian(session: Session, name: str) -> Instance | None:
    """The guardian of that name, in one request.

    :raises UnsupportedError: the host knows no guardians
    """
    return next(_shown(session, select(GUARDIAN).where(equal("Name", name))), None)


def no_such_guardian(session: Session, name: str) -> NotFoundError:
    """What to raise where a guardian is missing."""
    return NotFoundError("There is no such guardian.", host=session.host, target=name)


def ensure_guardian(session: Session, name: str) -> Instance:
    """The guardian of that name, made where there is none: one request, two for the first machine of a host.

    :raises UnsupportedError: the host knows no guardians
    """
    found = find_guardian(session, name)
    if found is not None:
        return found
    try:
        return _generate(session, _checked(name))
    except HyperVError:
        made_meanwhile = find_guardian(session, name)  # by another client, which needs it too
        if made_meanwhile is None:
            raise
        return made_meanwhile


def _generate(session: Session, name: str) -> Instance:
    arguments: dict[str, Value] = {"Name": name, "GenerateCertificates": True}
    output = session.run(GUARDIANS, "NewByGenerateCertificates", arguments, target=name)
    return returned_instance(output, "cmdletOutput")


def _shown(session: Session, query: Select) -> Iterator[Instance]:
    make_room_for_bytes(session)
    try:
        yield from session.query(query, HGS)
    except NotFoundError as error:
        raise UnsupportedError(
            "The host knows no guardians, which make the keys of virtual TPMs.",
            host=session.host,
            target=HGS,
            remedy="Guardians came with Windows Server 2016; the feature is called HostGuardian there.",
        ) from error


def _checked(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise InvalidInputError("A guardian's name is a line of text.", target=name)
    return name


def _guardian(shown: Instance) -> Guardian:
    return Guardian(
        name=text(shown, "Name"),
        has_private_keys=shown.get("HasPrivateSigningKey") is True,
        signing_certificate=octets(shown.get("SigningCertificate")),
        encryption_certificate=octets(shown.get("EncryptionCertificate")),
    )
