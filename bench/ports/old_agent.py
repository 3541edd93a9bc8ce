"""The old agent's work on ports, in a process of its own: ``python -m bench.ports.old_agent``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.oswin.gates import factory, leading_to_target

from bench.comparison.old_binding import bind_in_the_old_order
from bench.comparison.stage import Stage
from bench.ports.orders import Order, take_orders
from openhyperv.transport.target import Target


def main() -> None:
    """Serve the host of the environment: each port on one of the workers, which are threads of the system."""
    with leading_to_target(Target.from_environment(), "2025"):
        network = factory().get_networkutils()

        def bind(port: str) -> None:
            bind_in_the_old_order(network, Stage.switch_name, port)

        def obey(order: Order) -> None:
            with ThreadPoolExecutor(order.workers) as workers:
                list(workers.map(bind, order.ports))

        take_orders(obey)


if __name__ == "__main__":
    main()
