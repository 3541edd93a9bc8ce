"""By what means clients may reach the service, as its configuration and Identify tell them."""

from __future__ import annotations

from attrs import frozen

_PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile"


@frozen(kw_only=True)
class Access:
    """The service's settings for transport and authentication; Windows starts with these defaults."""

    is_tls: bool = False
    allow_unencrypted: bool = False
    has_basic: bool = False
    has_kerberos: bool = False

    @property
    def security_profiles(self) -> tuple[str, ...]:
        """The profiles that Identify names (MS-WSMV 3.1.4.1.23), of the transport that has a listener.

        Recorded: a host that listens on HTTP alone names no profile of HTTPS, and Basic comes first.
        """
        transport = "https" if self.is_tls else "http"
        names = (*(("basic",) if self.has_basic else ()), "spnego-kerberos")
        return tuple(f"{_PROFILE}/{transport}/{name}" for name in names)
