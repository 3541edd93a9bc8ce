"""The options of the old drivers for Hyper-V, and what became of them.

Nova had such a driver until 2023.2, and compute-hyperv was its twin outside of the tree; both read the group
``[hyperv]``.
"""

from __future__ import annotations

from attrs import frozen

OLD_DRIVERS = (
    "hyperv.HyperVDriver",
    "hyperv.driver.HyperVDriver",
    "compute_hyperv.driver.HyperVDriver",
    "compute_hyperv.cluster.driver.HyperVClusterDriver",
)


@frozen
class OldOption:
    """``successor`` is an option's whole name; where it is empty, ``note`` says why there is none."""

    name: str
    successor: str = ""
    note: str = ""


_VOLUMES = "Volumes are refused for now."
_CLUSTERS = "Clusters are not managed: each host is one compute service."
_NO_WINDOWS = "Nothing runs on Windows that would need it."

OLD_OPTIONS = (
    OldOption("dynamic_memory_ratio", "[openhyperv]dynamic_memory_ratio"),
    OldOption("limit_cpu_features", "[openhyperv]limit_cpu_features"),
    OldOption("instance_automatic_shutdown", "[openhyperv]instance_automatic_shutdown"),
    OldOption("wait_soft_reboot_seconds", "[openhyperv]wait_soft_reboot_seconds"),
    OldOption("enable_instance_metrics_collection", "[openhyperv]enable_instance_metrics_collection"),
    OldOption("config_drive_cdrom", "[openhyperv]config_drive_type", "true is iso, false is disk."),
    OldOption("config_drive_inject_password", "[openhyperv]config_drive_inject_password"),
    OldOption("vswitch_name", note="Ports are on the switch that the Neutron agent names."),
    OldOption("enable_remotefx", note="A flavor's os:resolution is enough, on hosts that have RemoteFX."),
    OldOption("qemu_img_cmd", note="Config drives are made without qemu-img."),
    OldOption(
        "instances_path_share", note="Files are reached through the administrative share of root's drive."
    ),
    OldOption("power_state_check_timeframe", note="Changes of state are told by the host as they happen."),
    OldOption("power_state_event_polling_interval", note="Changes of state are told by the host."),
    OldOption("evacuate_task_state_timeout", note=_CLUSTERS),
    OldOption("cluster_event_check_interval", note=_CLUSTERS),
    OldOption("max_failover_count", note=_CLUSTERS),
    OldOption("failover_period", note=_CLUSTERS),
    OldOption("recreate_ports_on_failover", note=_CLUSTERS),
    OldOption("auto_failback", note=_CLUSTERS),
    OldOption("force_destroy_instances", note="Deleting an instance always turns its machine off first."),
    OldOption("move_disks_on_cold_migration", note="Disks always move with their instance."),
    OldOption("instance_live_migration_timeout", note="Live migration is refused for now."),
    OldOption("use_multipath_io", note=_VOLUMES),
    OldOption("iscsi_initiator_list", note=_VOLUMES),
    OldOption("volume_attach_retry_count", note=_VOLUMES),
    OldOption("volume_attach_retry_interval", note=_VOLUMES),
    OldOption("mounted_disk_query_retry_count", note=_NO_WINDOWS),
    OldOption("mounted_disk_query_retry_interval", note=_NO_WINDOWS),
)
