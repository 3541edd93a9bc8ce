"""Nova's words for a Hyper-V host; each method hands over to the operations of its subject."""

from __future__ import annotations

from functools import cached_property
from logging import WARNING, getLogger
from typing import Any

import nova.conf
from nova import exception
from nova.compute import provider_tree
from nova.compute.manager import ComputeVirtAPI
from nova.console.type import ConsoleSerial
from nova.context import RequestContext
from nova.network.model import VIF, NetworkInfo
from nova.objects.diagnostics import Diagnostics
from nova.objects.flavor import Flavor
from nova.objects.image_meta import ImageMeta
from nova.objects.instance import Instance, InstanceList
from nova.objects.migration import Migration
from nova.virt import driver, node
from nova.virt.hardware import InstanceInfo

from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.host_version import GENERATION_2_SINCE
from openhyperv.nova import options
from openhyperv.nova.adopting import adopt_instances
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.config_drive import Injected
from openhyperv.nova.consoles.offering import console_output, serial_console
from openhyperv.nova.destroying import destroy_instance
from openhyperv.nova.diagnosing import diagnostics, instance_diagnostics
from openhyperv.nova.drives import BlockDeviceInfo
from openhyperv.nova.faults import as_nova_faults, told_as_event
from openhyperv.nova.images.ageing import age_images
from openhyperv.nova.images.caching import cache_image
from openhyperv.nova.interfaces import attach_interface, detach_interface
from openhyperv.nova.interrupted_builds import settle_interrupted_builds
from openhyperv.nova.leftover_folders import remove_leftover_folders
from openhyperv.nova.leftover_ports import remove_leftover_ports
from openhyperv.nova.migration.departing import Shutdown, depart
from openhyperv.nova.migration.finishing import confirm, finish, revert
from openhyperv.nova.migration.interrupted import settle_interrupted
from openhyperv.nova.migration.leftovers import (
    has_files,
    is_only_to_stop,
    refuse_files_of_another_host,
    remove_leftovers,
)
from openhyperv.nova.migration.move import Move, migration_of
from openhyperv.nova.network_adapters import network_adapters_of
from openhyperv.nova.power.host_power import host_power_action, host_uptime
from openhyperv.nova.power.rebooting import RebootType, reboot, reboot_stuck
from openhyperv.nova.power.switching import bring_instance_to, power_off, power_on
from openhyperv.nova.power_states import info_of
from openhyperv.nova.presence.host_watch import HostWatch
from openhyperv.nova.presence.lifecycle import Lifecycle
from openhyperv.nova.presence.service_status import ServiceStatus
from openhyperv.nova.rescuing.interrupted import settle_interrupted_rescues
from openhyperv.nova.rescuing.rescuing import Rescue, rescue_instance, unrescue_instance
from openhyperv.nova.resources.available import available_resource
from openhyperv.nova.resources.inventory import update_inventory
from openhyperv.nova.resources.traits import update_traits
from openhyperv.nova.snapshots.leftovers import tidy_snapshots
from openhyperv.nova.snapshots.taking import UpdateTaskState, snapshot_instance
from openhyperv.nova.spawning import Spawn, spawn_instance

CONF = nova.conf.CONF
options.register(CONF)
getLogger("smbprotocol").setLevel(WARNING)  # at INFO it tells of every request

_CAPABILITIES = (
    "has_imagecache",
    "supports_attach_interface",
    "supports_device_tagging",
    "supports_evacuate",
    "supports_secure_boot",
    "supports_tagged_attach_interface",
    "supports_trusted_certs",
    "supports_image_type_vhd",
    "supports_image_type_vhdx",
    "supports_image_type_iso",
    "supports_image_type_raw",
    "supports_image_type_qcow2",
    "supports_image_type_vmdk",
)


class HyperVDriver(driver.ComputeDriver):
    """One Hyper-V host."""

    capabilities = driver.ComputeDriver.capabilities | dict.fromkeys(_CAPABILITIES, True)

    def __init__(self, virtapi: ComputeVirtAPI, read_only: bool = False) -> None:
        super().__init__(virtapi)
        with as_nova_faults():
            host = Host.connect(options.target_of(CONF), options.layout_of(CONF))
            self._compute = ComputeHost(CONF.host, host, options.policy_of(CONF))
        lifecycle = Lifecycle(self._compute, self.emit_event)
        self._watch = HostWatch(self._compute, lifecycle, ServiceStatus(CONF.host, virtapi))

    # ---- the host

    def init_host(self, host: str) -> None:
        with as_nova_faults():
            self._watch.start()
            version = self._compute.host.facts().version
            self._compute.consoles.keep_all(self._compute.instances.all())
            tidy_snapshots(self._compute)
        self.capabilities = {**self.capabilities, "supports_secure_boot": version >= GENERATION_2_SINCE}

    def process_instances_at_startup(self, context: RequestContext, instances: InstanceList) -> InstanceList:
        if CONF.openhyperv.adopted_instances_path:
            with as_nova_faults():
                adopt_instances(self._compute, instances)
                self._compute.consoles.keep_all(self._compute.instances.all())
        settle_interrupted_builds(self._compute, context, instances)
        settle_interrupted_rescues(self._compute, instances)
        settle_interrupted(self._compute, context, instances)
        remove_leftover_ports(self._compute, context)
        return instances

    def cleanup_host(self, host: str) -> None:
        self._watch.close()
        self._compute.consoles.close()
        self._compute.host.close()

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        return [self._compute.name]

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:
        return {self._node_uuid: self._compute.name}

    @cached_property
    def _node_uuid(self) -> str:
        """The node's identity, from the file ``compute_id`` that Nova keeps in ``state_path``."""
        return str(node.get_local_node_uuid())

    def get_host_ip_addr(self) -> str:
        return str(CONF.my_ip)

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        with as_nova_faults():
            self._watch.require()
            reading = self._compute.readings.now()
        return {**available_resource(nodename, reading), "uuid": self._node_uuid}

    def update_provider_tree(
        self, provider_tree: provider_tree.ProviderTree, nodename: str, allocations: Any = None
    ) -> None:
        with as_nova_faults():
            reading = self._compute.readings.latest()
        update_inventory(provider_tree, nodename, reading)
        update_traits(provider_tree, nodename, reading)

    def get_host_uptime(self) -> str:
        with as_nova_faults():
            return host_uptime(self._compute)

    def host_power_action(self, action: str) -> str:
        with as_nova_faults():
            return host_power_action(self._compute, action)

    # ---- which instances there are

    def list_instances(self) -> list[str]:
        with as_nova_faults():
            self._watch.require()
            return [machine.name for machine in self._compute.instances.all().values()]

    def list_instance_uuids(self) -> list[str]:
        with as_nova_faults():
            self._watch.require()
            return list(self._compute.instances.all())

    def get_num_instances(self) -> int:
        return len(self.list_instance_uuids())

    def get_info(self, instance: Instance, use_cache: bool = True) -> InstanceInfo:
        with as_nova_faults(instance):
            if use_cache:  # which is how Nova's periodic tasks ask
                self._watch.require()
            return info_of(self._compute, instance, cached=use_cache)

    # ---- ports

    def plug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Adapters stay with their machine, and the agent connects them; Open vSwitch is told of its own."""
        network_adapters_of(network_info, self._compute.ovs)
        with as_nova_faults(instance):
            self._compute.ovs.plug(instance, network_info)

    def unplug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Adapters go with their machine; Open vSwitch forgets its ports."""
        with as_nova_faults(instance):
            for vif in network_info:
                self._compute.ovs.unplug(vif)

    def attach_interface(
        self, context: RequestContext, instance: Instance, image_meta: ImageMeta, vif: VIF
    ) -> None:
        with told_as_event(context, instance, "hyperv_attach_interface"), as_nova_faults(instance):
            attach_interface(self._compute, context, instance, vif)

    def detach_interface(self, context: RequestContext, instance: Instance, vif: VIF) -> None:
        with told_as_event(context, instance, "hyperv_detach_interface"), as_nova_faults(instance):
            detach_interface(self._compute, instance, vif)

    # ---- making and removing

    def spawn(
        self,
        context: RequestContext,
        instance: Instance,
        image_meta: ImageMeta,
        injected_files: list[tuple[str, str]],
        admin_password: str | None,
        allocations: dict[str, Any],
        network_info: NetworkInfo | None = None,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
        accel_info: list[dict[str, Any]] | None = None,
    ) -> None:
        injected = Injected(injected_files or (), admin_password)
        wanted = Spawn(instance, image_meta, injected, network_info, block_device_info)
        with told_as_event(context, instance, "hyperv_spawn"), as_nova_faults(instance):
            spawn_instance(self._compute, self.virtapi, context, wanted, power_on=power_on)

    def destroy(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo | None,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        destroy_secrets: bool = True,
    ) -> None:
        with as_nova_faults(instance):
            if is_only_to_stop(context, instance, destroy_disks=destroy_disks):
                power_off(self._compute, instance, 0, 0)
            else:
                destroy_instance(self._compute, instance)

    def cleanup(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo | None,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: Any = None,
        destroy_vifs: bool = True,
        destroy_secrets: bool = True,
    ) -> None:
        """Nothing is left after :meth:`destroy` but what was to keep its disks then."""
        if destroy_disks:
            with as_nova_faults(instance):
                destroy_instance(self._compute, instance)

    # ---- images

    def snapshot(
        self,
        context: RequestContext,
        instance: Instance,
        image_id: str,
        update_task_state: UpdateTaskState,
    ) -> None:
        with as_nova_faults(instance):
            snapshot_instance(self._compute, context, instance, image_id, update_task_state)

    def cache_image(self, context: RequestContext, image_id: str) -> bool:
        with as_nova_faults():
            return cache_image(self._compute, context, image_id)

    def manage_image_cache(self, context: RequestContext, all_instances: InstanceList) -> None:
        with as_nova_faults():
            tidy_snapshots(self._compute)
            remove_leftover_folders(self._compute, context, all_instances)
            remove_leftover_ports(self._compute, context)
            age_images(self._compute, all_instances)

    def rebuild(self, *args: Any, evacuate: bool = False, **kwargs: Any) -> None:
        """Nova's own way does it, by :meth:`destroy` and :meth:`spawn`; here only what it may not overwrite.

        :raises NotImplementedError: always; Nova then goes its own way
        """
        if evacuate:
            with as_nova_faults(kwargs["instance"]):
                refuse_files_of_another_host(self._compute, kwargs["instance"])
        raise NotImplementedError

    def instance_on_disk(self, instance: Instance) -> bool:
        with as_nova_faults(instance):
            return has_files(self._compute, instance)

    def delete_instance_files(self, instance: Instance) -> bool:
        return remove_leftovers(self._compute, instance)

    # ---- moving

    def migrate_disk_and_power_off(
        self,
        context: RequestContext,
        instance: Instance,
        dest: str,
        flavor: Flavor,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        timeout: int = 0,
        retry_interval: int = 0,
    ) -> str:
        migration = migration_of(context, instance)
        move = Move(context, instance, migration, network_info, block_device_info)
        with as_nova_faults(instance):
            return depart(self._compute, move, flavor, Shutdown(timeout, retry_interval))

    def finish_migration(
        self,
        context: RequestContext,
        migration: Migration,
        instance: Instance,
        disk_info: str,
        network_info: NetworkInfo,
        image_meta: ImageMeta,
        resize_instance: bool,
        allocations: dict[str, Any],
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
        share_info: Any = None,
    ) -> None:
        move = Move(context, instance, migration, network_info, block_device_info)
        with as_nova_faults(instance):
            finish(self._compute, self.virtapi, move, disk_info, starts=power_on)

    def confirm_migration(
        self, context: RequestContext, migration: Migration, instance: Instance, network_info: NetworkInfo
    ) -> None:
        with as_nova_faults(instance):
            confirm(self._compute, Move(context, instance, migration, network_info))

    def finish_revert_migration(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo,
        migration: Migration,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
        share_info: Any = None,
    ) -> None:
        move = Move(context, instance, migration, network_info, block_device_info)
        with as_nova_faults(instance):
            revert(self._compute, self.virtapi, move, starts=power_on)

    def check_can_live_migrate_destination(
        self,
        context: RequestContext,
        instance: Instance,
        src_compute_info: Any,
        dst_compute_info: Any,
        block_migration: bool = False,
        disk_over_commit: bool = False,
    ) -> Any:
        """
        :raises MigrationPreCheckError: always, so that Nova leaves the instance running where it is
        """
        reason = "This driver does not migrate running instances; migrate them cold."
        raise exception.MigrationPreCheckError(reason=reason)

    # ---- rescue

    def rescue(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo,
        image_meta: ImageMeta,
        rescue_password: str,
        block_device_info: BlockDeviceInfo | None,
        share_info: Any,
    ) -> None:
        injected = Injected(admin_password=rescue_password)
        with as_nova_faults(instance):
            rescue_instance(self._compute, context, Rescue(instance, image_meta, network_info, injected))

    def unrescue(self, context: RequestContext, instance: Instance) -> None:
        with as_nova_faults(instance):
            unrescue_instance(self._compute, instance)

    # ---- volumes

    def get_volume_connector(self, instance: Instance) -> dict[str, Any]:
        """Where everything that Nova does with volumes begins.

        :raises InvalidVolume: always
        """
        raise exception.InvalidVolume(reason="This driver does not attach volumes yet.")

    # ---- power

    def power_on(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        accel_info: Any = None,
        share_info: Any = None,
    ) -> None:
        with as_nova_faults(instance):
            power_on(self._compute, instance)

    def power_off(self, instance: Instance, timeout: int = 0, retry_interval: int = 0) -> None:
        with as_nova_faults(instance):
            power_off(self._compute, instance, timeout, retry_interval)

    def reboot(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo,
        reboot_type: str,
        block_device_info: BlockDeviceInfo | None = None,
        bad_volumes_callback: Any = None,
        accel_info: Any = None,
        share_info: Any = None,
    ) -> None:
        with as_nova_faults(instance):
            reboot(self._compute, instance, RebootType(reboot_type))

    def poll_rebooting_instances(self, timeout: int, instances: list[Instance]) -> None:
        reboot_stuck(instances)

    def pause(self, instance: Instance) -> None:
        with as_nova_faults(instance):
            bring_instance_to(self._compute, instance, MachineState.PAUSED)

    def unpause(self, instance: Instance) -> None:
        with as_nova_faults(instance):
            bring_instance_to(self._compute, instance, MachineState.RUNNING)

    def suspend(self, context: RequestContext, instance: Instance) -> None:
        with as_nova_faults(instance):
            bring_instance_to(self._compute, instance, MachineState.SAVED)

    def resume(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        share_info: Any = None,
    ) -> None:
        with as_nova_faults(instance):
            power_on(self._compute, instance)

    def resume_state_on_host_boot(
        self,
        context: RequestContext,
        instance: Instance,
        network_info: NetworkInfo,
        share_info: Any,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        with as_nova_faults(instance):
            power_on(self._compute, instance)

    def trigger_crash_dump(self, instance: Instance) -> None:
        with as_nova_faults(instance), self._compute.instances.machine(instance) as machine:
            machine.guest.interrupt()

    # ---- consoles and diagnostics

    def get_console_output(self, context: RequestContext, instance: Instance) -> bytes:
        with as_nova_faults(instance):
            return console_output(self._compute, instance)

    def get_serial_console(self, context: RequestContext, instance: Instance) -> ConsoleSerial:
        with as_nova_faults(instance):
            return serial_console(self._compute, instance)

    def get_diagnostics(self, instance: Instance) -> dict[str, Any]:
        with as_nova_faults(instance):
            return diagnostics(self._compute, instance)

    def get_instance_diagnostics(self, instance: Instance) -> Diagnostics:
        with as_nova_faults(instance):
            return instance_diagnostics(self._compute, instance)
