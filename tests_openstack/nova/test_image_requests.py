"""How many requests snapshots, rescues and the image cache take of a host: as many as the page says."""

from __future__ import annotations

from collections.abc import Callable

from nova import context
from nova.objects.image_meta import ImageMeta
from nova.objects.instance import Instance
from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.snapshot_cloud import SnapshotCloud
from tests_openstack.nova.test_requests import counts_of_the_page


class RequestsOfImages(SnapshotCloud):
    def count(self, act: Callable[[], object]) -> int:
        with self.rules.watching() as seen:
            act()
        return len(seen)

    @shows("H13", "H14", "C12", "X3")
    def test_counted(self) -> None:
        self.driver.register_event_listener(None)  # with which Nova would look at each change once more
        admin, driver, image = context.get_admin_context(), self.driver, self.image(**GEN_2)
        server = self.server(image)
        instance = Instance.get_by_uuid(
            admin, server["id"], expected_attrs=["flavor", "system_metadata", "metadata"]
        )
        meta = ImageMeta.from_dict(self.glance.show(admin, image))

        def snapshot() -> None:
            driver.snapshot(admin, instance, image, lambda **_: None)

        acts: dict[str, Callable[[], object]] = {
            "snapshot of an instance that runs": snapshot,
            "rescue of an instance that is off": lambda: driver.rescue(
                admin, instance, [], meta, "secret", None, []
            ),
            "unrescue": lambda: driver.unrescue(admin, instance),
            "snapshot of an instance that is off": snapshot,
            "bring an image that is there": lambda: driver.cache_image(admin, image),
            "look after the image cache": lambda: driver.manage_image_cache(admin, [instance]),
        }
        counted = {}
        for operation, act in acts.items():
            if operation.endswith("off"):
                driver.power_off(instance)
            counted[operation] = self.count(act)
        wanted = counts_of_the_page()
        assert counted == {operation: wanted.get(operation) for operation in counted}
