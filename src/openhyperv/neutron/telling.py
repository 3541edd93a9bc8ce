"""Telling Neutron's server what happened to ports and trunks."""

from __future__ import annotations

from collections.abc import Collection

from openhyperv.neutron.news import PortNews
from openhyperv.neutron.server import RPC_ERRORS, NeutronServer
from openhyperv.neutron.trunks.server import TrunkServer


class Teller:
    """Tells news, in one thread. Nothing that could not be told is forgotten."""

    def __init__(self, server: NeutronServer, trunk_server: TrunkServer, news: PortNews) -> None:
        self._server = server
        self._trunk_server = trunk_server
        self._news = news

    def tell(self) -> Collection[str]:
        """Tell what there is since the last time; the ports that the server failed to note as up.

        :raises RPC_ERRORS: it will be told the next time
        """
        news = self._news.take()
        refused: Collection[str] = ()
        try:
            if news.down:
                self._server.tell(down=news.down)
            if news.up:
                refused = self._server.tell(up=news.up)
            for trunk_id, is_complete in news.trunks.items():
                self._trunk_server.tell(trunk_id, is_complete=is_complete)
        except RPC_ERRORS:
            self._news.put_back(news)
            raise
        return refused
