"""``openhyperv-neutron-agent``: one process that serves one or many Hyper-V hosts."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from threading import Event

from neutron.common import config as neutron_config
from neutron.conf.agent import common as agent_config
from neutron.conf.agent import securitygroups_rpc as securitygroups_config
from oslo_config import cfg
from oslo_log import log as logging

from openhyperv.errors import InvalidInputError
from openhyperv.neutron import options
from openhyperv.neutron.host_agent import HostAgent
from openhyperv.neutron.notifications import listen

LOG = logging.getLogger(__name__)


class Agent:
    """The agents of several hosts, and their common ear. Neutron's message bus has to be set up before."""

    def __init__(self, served: Sequence[options.ServedHost]) -> None:
        self._agents = [HostAgent(each) for each in served]

    def start(self) -> None:
        """Begin to hear and to serve."""
        self._ear = listen(self._agents)
        for agent in self._agents:
            agent.start()

    def stop(self) -> None:
        """Stop serving; ports stay as they are."""
        self._ear.close()
        for agent in self._agents:
            agent.stop()


def main() -> None:
    """Serve the hosts of the configuration until SIGTERM or SIGINT."""
    conf = cfg.CONF
    neutron_config.register_common_config_options()
    agent_config.register_agent_state_opts_helper(conf)
    securitygroups_config.register_securitygroups_opts()
    options.register(conf)
    neutron_config.init(sys.argv[1:])
    neutron_config.setup_logging()
    try:
        agent = Agent(options.served_hosts(conf))
    except InvalidInputError as error:
        sys.exit(f"openhyperv-neutron-agent: {error}")
    agent.start()
    _wait_for_signal()
    agent.stop()


def _wait_for_signal() -> None:
    asked = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    asked.wait()
