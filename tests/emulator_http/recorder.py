"""A WS-Management service that keeps what it was asked and answers one envelope."""

from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.http.exchange import Answer, Exchange

ADMIN = Account("Administrator", "Zwölf Boxkämpfer 12")
ENVELOPE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/>'
    b"<s:Body>\xc3\xa9\xe2\x82\xac</s:Body></s:Envelope>"
)


class Recorder:
    """The service; ``answer`` is what it says next and ``exchanges`` what it was asked."""

    def __init__(self) -> None:
        self.answer = Answer(ENVELOPE)
        self.exchanges: list[Exchange] = []

    def __call__(self, exchange: Exchange) -> Answer:
        self.exchanges.append(exchange)
        return self.answer
