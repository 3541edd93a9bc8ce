"""``openhyperv-neutron-agent``: one process that serves one or many Hyper-V hosts."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from neutron.common import config as neutron_config
from neutron.conf.agent import common as agent_config
from neutron.conf.agent import securitygroups_rpc as securitygroups_config
from oslo_config import cfg
from oslo_log import log as logging
from oslo_messaging import MessageHandlingServer

from openhyperv.errors import InvalidInputError
from openhyperv.neutron import options
from openhyperv.neutron.host_agent import HostAgent
from openhyperv.neutron.notifications import listen
from openhyperv.neutron.old_options import left_over
from openhyperv.neutron.pushed_objects import listen_for_objects

LOG = logging.getLogger(__name__)


class Agent:
    """The agents of several hosts, and their common ears. Neutron's message bus has to be set up before."""

    def __init__(self, served: Sequence[options.ServedHost]) -> None:
        self._agents = [HostAgent(each) for each in served]

    def start(self) -> None:
        """Begin to hear and to serve."""
        self._ears = [listen(self._agents), listen_for_objects(self._agents)]
        for agent in self._agents:
            agent.start()

    def stop(self) -> None:
        """Stop serving; ports stay as they are.

        All at the same time: who listens to the bus notices only after a second or more that it is to stop.
        """
        listeners = [listener for ear in self._ears for listener in ear.servers]
        with ThreadPoolExecutor(len(listeners) + len(self._agents)) as together:
            list(together.map(_stop_listening, listeners))
            list(together.map(HostAgent.stop, self._agents))


def _stop_listening(listener: MessageHandlingServer) -> None:
    listener.stop()
    listener.wait()


def main() -> None:
    """Serve the hosts of the configuration until SIGTERM or SIGINT.

    Ends with code 1 if one of its threads does: whoever started it starts it anew, and nothing is lost.
    """
    conf = cfg.CONF
    neutron_config.register_common_config_options()
    agent_config.register_agent_state_opts_helper(conf)
    securitygroups_config.register_securitygroups_opts()
    options.register(conf)
    neutron_config.init(sys.argv[1:])
    neutron_config.setup_logging()
    end = End()
    for old in left_over(conf):
        LOG.warning("[%s] %s is not read any more: %s.", old.group, old.name, old.instead)
    try:
        agent = Agent(options.served_hosts(conf))
    except (InvalidInputError, cfg.Error) as error:
        sys.exit(f"openhyperv-neutron-agent: {error}")
    agent.start()
    code = end.wait()
    agent.stop()
    sys.exit(code)


class End:
    """How the process ends: asked by a signal, or because a thread of ours did what no thread may."""

    def __init__(self) -> None:
        self._codes: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._codes.put(0))
        threading.excepthook = self._thread_failed

    def wait(self) -> int:
        """The code to end with, once it is time to."""
        return self._codes.get()

    def _thread_failed(self, failure: threading.ExceptHookArgs) -> None:
        name = failure.thread.name if failure.thread else "?"
        LOG.critical("The thread %s ends, and so does the agent.", name, exc_info=failure.exc_value)
        self._codes.put(1)
