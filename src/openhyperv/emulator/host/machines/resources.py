"""The devices a virtual machine can have, and what each one's setting says if nobody says otherwise.

Pool GUIDs were recorded on real hosts; device kinds without a pool cannot be added by a client: DefineSystem
creates them. Default values: Microsoft's class pages, and instances printed by real hosts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.cim.release import Release
from openhyperv.emulator.host.machines.resource_kind import SASD, Pool, Quantity, ResourceKind
from openhyperv.wire.types import Value

_MEGABYTES = "byte * 2^20"
_STORAGE_VALUES: Mapping[str, Value] = {
    "Caption": "Hard Disk Image Default Settings",
    "Description": "Describes the default settings for the hard disk image resources",
    "Access": 3,
    "IOPSAllocationUnits": "count",
    "IOPSLimit": 0,
    "IOPSReservation": 0,
    "PersistentReservationsSupported": False,
    "StorageQoSPolicyID": "",
    "CachingMode": 2,
    "WriteHardeningMethod": 0,
    "IgnoreFlushes": False,
    "SnapshotId": "",
}

PROCESSOR = ResourceKind(
    name="Processor",
    resource_type=3,
    class_name="Msvm_ProcessorSettingData",
    pool=Pool("B637F347-6A0E-4DEC-AF52-BD70CB80A21D", "Msvm_ProcessorPool"),
    quantity=Quantity(1, 64, 1),
    values={
        "Caption": "Processor",
        "Description": "A logical processor of the hypervisor running on the host computer system.",
        "ElementName": "Processor",
        "AllocationUnits": "percent / 1000",
        "Reservation": 0,
        "Limit": 100_000,
        "Weight": 100,
        "LimitCPUID": False,
        "LimitProcessorFeatures": False,
        "EnableHostResourceProtection": False,
        "ExposeVirtualizationExtensions": False,
        "HideHypervisorPresent": False,
        "HwThreadsPerCore": 1,
    },
    changes=((Release.WS2019, {"HwThreadsPerCore": 0}),),
)
MEMORY = ResourceKind(
    name="Memory",
    resource_type=4,
    class_name="Msvm_MemorySettingData",
    pool=Pool("4764334E-E001-4176-82EE-5594EC9B530E"),
    quantity=Quantity(32, 1_048_576, 2),
    values={
        "Caption": "Memory Default Settings",
        "Description": "Describes the default settings for the memory resources.",
        "ElementName": "Memory",
        "AllocationUnits": _MEGABYTES,
        "VirtualQuantityUnits": _MEGABYTES,
        "VirtualQuantity": 512,
        "Reservation": 512,
        "Limit": 1_048_576,
        "Weight": 5000,
        "DynamicMemoryEnabled": False,
        "TargetMemoryBuffer": 20,
        "IsVirtualized": True,
        "SwapFilesInUse": False,
        "HugePagesEnabled": False,
        "SgxEnabled": False,
        "SgxSize": 0,
    },
    changes=((Release.WS2016, {"VirtualQuantity": 1024}),),
)
SCSI_CONTROLLER = ResourceKind(
    name="Synthetic SCSI Controller",
    resource_type=6,
    pool=Pool("bde5d4d6-e450-46d2-b925-976ca3e989b4"),
    quantity=Quantity(0, 4, 1),
    values={"ElementName": "SCSI Controller"},
)
IDE_CONTROLLER = ResourceKind(
    name="Emulated IDE Controller", resource_type=5, values={"ElementName": "IDE Controller"}
)
DISK_DRIVE = ResourceKind(
    name="Synthetic Disk Drive",
    resource_type=17,
    pool=Pool("118C3BE5-0D31-4804-85F0-5C6074ABEA8F"),
    quantity=Quantity(0, 260, 1),
    values={"ElementName": "Hard Drive"},
)
PHYSICAL_DISK_DRIVE = ResourceKind(
    name="Physical Disk Drive",
    resource_type=17,
    pool=Pool("353B3BE8-310C-4cf4-839E-4E1B14616136"),
    quantity=Quantity(0, 260, 1),
    values={"ElementName": "Physical Disk Drive", "ConsumerVisibility": 2},
)
HARD_DISK = ResourceKind(
    name="Virtual Hard Disk",
    resource_type=31,
    class_name=SASD,
    pool=Pool("70BB60D2-A9D3-46AA-B654-3DE53004B4F8"),
    quantity=Quantity(0, 260, 1),
    values={"ElementName": "Hard Disk Image", **_STORAGE_VALUES},
)
DVD_DRIVE = ResourceKind(
    name="Synthetic DVD Drive",
    resource_type=16,
    pool=Pool("7951A5ED-8DC5-42d7-AA8C-9F14C54CEB84"),
    quantity=Quantity(0, 260, 1),
    values={"ElementName": "DVD Drive"},
)
DVD_DISK = ResourceKind(
    name="Virtual CD/DVD Disk",
    resource_type=31,
    class_name=SASD,
    pool=Pool("D92D268E-9AA8-49DD-8C7D-821CEFB5F597"),
    quantity=Quantity(0, 260, 1),
    values={"ElementName": "ISO Disk Image", **_STORAGE_VALUES, "Access": 1},
)
DISKETTE_CONTROLLER = ResourceKind(
    name="Diskette Controller",  # UNVERIFIED: type and sub-type of the diskette controller
    resource_type=1,
    values={"ElementName": "Diskette Controller"},
)
DISKETTE_DRIVE = ResourceKind(
    name="Synthetic Diskette Drive",
    resource_type=14,
    pool=Pool("DACDCF3F-6F67-4eb8-A4D0-5D93B48A2468"),
    values={"ElementName": "Diskette Drive"},
)
FLOPPY_DISK = ResourceKind(
    name="Virtual Floppy Disk",
    resource_type=31,
    class_name=SASD,
    pool=Pool("19839BFF-6F04-4B24-B4B5-1AFCCBE729DE"),  # UNVERIFIED: which of three recorded pools this is
    values={"ElementName": "Floppy Disk Image", **_STORAGE_VALUES},
)
SERIAL_CONTROLLER = ResourceKind(
    name="Serial Controller", resource_type=13, values={"ElementName": "Serial Controller"}
)
SERIAL_PORT = ResourceKind(
    name="Serial Port",
    resource_type=21,
    class_name="Msvm_SerialPortSettingData",
    values={"ElementName": "Serial Port", "Connection": [""], "DebuggerMode": False},
    since=Release.WS2016,
)
SERIAL_PORT_BEFORE_2016 = ResourceKind(
    name="Serial Port",
    resource_type=21,
    values={"ElementName": "Serial Port", "Connection": [""]},
    until=Release.WS2012R2,
)
KEYBOARD = ResourceKind(
    name="Keyboard",  # UNVERIFIED: the sub-type of the emulated keyboard
    resource_type=13,
    values={"ElementName": "Keyboard"},
)
SYNTHETIC_KEYBOARD = ResourceKind(
    name="Synthetic Keyboard", resource_type=13, values={"ElementName": "Keyboard"}, since=Release.WS2012R2
)
PS2_MOUSE = ResourceKind(
    name="PS2 Mouse",  # UNVERIFIED: the sub-type of the emulated mouse
    resource_type=13,
    values={"ElementName": "Mouse"},
)
SYNTHETIC_MOUSE = ResourceKind(
    name="Synthetic Mouse",
    resource_type=13,
    pool=Pool("F6293891-F32F-4930-B2DB-1A8961D9CB75"),
    values={"ElementName": "Mouse"},
)
S3_DISPLAY = ResourceKind(
    name="S3 Display Controller",
    resource_type=24,
    values={"ElementName": "Display Controller", "Address": "5353,00000000,00"},
)
SYNTHETIC_DISPLAY = ResourceKind(
    name="Synthetic Display Controller",
    resource_type=24,
    class_name="Msvm_SyntheticDisplayControllerSettingData",
    pool=Pool("D45268DA-37C5-44da-B827-B0C55CCB3BDC"),
    values={
        "ElementName": "Display Controller",
        "ResolutionType": 4,
        "HorizontalResolution": 1920,  # UNVERIFIED: the resolution that a new VM's display setting shows
        "VerticalResolution": 1080,
    },
    since=Release.WS2016,
)
SYNTHETIC_DISPLAY_BEFORE_2016 = ResourceKind(
    name="Synthetic Display Controller",
    resource_type=24,
    pool=Pool("D45268DA-37C5-44da-B827-B0C55CCB3BDC"),
    values={"ElementName": "Display Controller"},
    until=Release.WS2012R2,
)
DISPLAY_3D = ResourceKind(
    name="Synthetic 3D Display Controller",
    resource_type=24,
    class_name="Msvm_Synthetic3DDisplayControllerSettingData",
    pool=Pool("06FF76FA-2D58-4BAF-9F8D-455773824F37", "Msvm_Synth3dVideoPool"),
    quantity=Quantity(0, 1, 1),
    values={
        "Caption": "3D Display Controller Default Settings",
        "Description": "Describes the default settings for the 3D video controller resource pool.",
        "ElementName": "Synthetic 3D Display Controller",
        "MaximumMonitors": 1,
        "MaximumScreenResolution": 3,  # UNVERIFIED: the default of RemoteFX displays
        "VRAMSizeBytes": 64 << 20,  # UNVERIFIED: the same
    },
    # Microsoft lists RemoteFX among what is no longer developed from 2019 on, and removed it by updates
    until=Release.WS2016,
)
PCI_EXPRESS_GUID = "2FCC454E-A36A-4C77-BB5E-A2D75A51F02C"
PCI_EXPRESS_PORT = ResourceKind(
    name="Virtual Pci Express Port",
    resource_type=32769,
    class_name="Msvm_PciExpressSettingData",
    pool=Pool(PCI_EXPRESS_GUID),  # UNVERIFIED: that the pool has the GUID of the device's type
    quantity=Quantity(0, 32, 1),  # UNVERIFIED: how many devices one VM may have
    values={
        "Caption": "PCI Express Port",
        "Description": "Microsoft Virtual PCI Express Port Setting Data",
        "ElementName": "PCI Express Port",
        "VirtualFunctions": [0],
        "AllowDirectTranslatedP2P": [False],
        "TargetVtl": 0,
    },
    since=Release.WS2016,
)
GPU_PARTITION = ResourceKind(
    name="GPU Partition",
    resource_type=32770,
    class_name="Msvm_GpuPartitionSettingData",
    pool=Pool("99DCD00C-FBD6-42D3-9DFD-1B5AD7058F61"),  # UNVERIFIED: that the pool has the device type's GUID
    quantity=Quantity(0, 1, 1),
    values={
        "Caption": "GPU Partition",
        "Description": "Microsoft GPU Partition Setting Data",
        "ElementName": "GPU Partition",
    },
    since=Release.WS2016,
)
SYNTHETIC_NIC = ResourceKind(
    name="Synthetic Ethernet Port",
    resource_type=10,
    class_name="Msvm_SyntheticEthernetPortSettingData",
    pool=Pool("6A45335D-4C3A-44b7-B61F-C9808BBDF8ED"),
    quantity=Quantity(0, 8, 1),
    values={
        "Caption": "Virtual Ethernet Port Default Settings",
        "Description": "Describes the default settings for the virtual Ethernet port resources.",
        "ElementName": "Network Adapter",
        "StaticMacAddress": False,
        "ClusterMonitored": True,
        "AllowPacketDirect": False,
        "DeviceNamingEnabled": False,
        "InterruptModeration": True,
        "NumaAwarePlacement": False,
    },
)
EMULATED_NIC = ResourceKind(
    name="Emulated Ethernet Port",
    resource_type=10,
    class_name="Msvm_EmulatedEthernetPortSettingData",
    pool=Pool("4EA4F71F-16E6-4250-99A8-A2315332CC64"),  # UNVERIFIED: which of three recorded pools this is
    quantity=Quantity(0, 4, 1),
    values={
        "Caption": "Ethernet Port",
        "Description": "Settings for the Microsoft Emulated Ethernet Port",
        "ElementName": "Legacy Network Adapter",
        "StaticMacAddress": False,
        "ClusterMonitored": True,
    },
)
ETHERNET_CONNECTION = ResourceKind(
    name="Ethernet Connection",
    resource_type=33,
    class_name="Msvm_EthernetPortAllocationSettingData",
    pool=Pool("72027ECE-E44A-446E-AF2B-8D8C4B8A2279"),
    quantity=Quantity(0, 12, 1),
    values={
        "Caption": "Ethernet Connection Default Settings",
        "Description": "Describes the default settings for ethernet connection resources.",
        "ElementName": "Ethernet Connection",
        "DesiredVLANEndpointMode": 2,
        "EnabledState": 2,
        "LastKnownSwitchName": "",
        "TestReplicaPoolID": "",
        "TestReplicaSwitchName": "",
        "RequiredFeatures": [],
        "RequiredFeatureHints": [],
    },
)
FIBRE_CHANNEL_PORT = ResourceKind(
    name="Synthetic FiberChannel Port",
    resource_type=7,
    class_name="Msvm_SyntheticFcPortSettingData",
    pool=Pool("78AA0C27-B2BD-45BA-83D1-5F2A8C4C6656"),  # UNVERIFIED: which of three recorded pools this is
    quantity=Quantity(0, 4, 1),
    values={
        "Caption": "Virtual Fibre Channel Port Default Settings",
        "Description": "Describes the default settings for the virtual Fibre Channel port resources.",
        "ElementName": "Fibre Channel Adapter",
        "ChapEnabled": False,
    },
)
FIBRE_CHANNEL_CONNECTION = ResourceKind(
    name="FiberChannel Connection",
    resource_type=64764,
    class_name="Msvm_FcPortAllocationSettingData",
    pool=Pool("146C56A0-3546-469B-9737-FCBCF82428F4"),
    quantity=Quantity(0, 4, 1),
    values={
        "Caption": "Virtual Fibre Channel VDev Default Settings",
        "Description": "The default settings for the virtual Fibre Channel connection pool.",
        "ElementName": "Fibre Channel Connection",
    },
)

DEVICES: Sequence[ResourceKind] = (
    PROCESSOR,
    MEMORY,
    SCSI_CONTROLLER,
    IDE_CONTROLLER,
    DISK_DRIVE,
    PHYSICAL_DISK_DRIVE,
    HARD_DISK,
    DVD_DRIVE,
    DVD_DISK,
    DISKETTE_CONTROLLER,
    DISKETTE_DRIVE,
    FLOPPY_DISK,
    SERIAL_CONTROLLER,
    SERIAL_PORT,
    SERIAL_PORT_BEFORE_2016,
    KEYBOARD,
    SYNTHETIC_KEYBOARD,
    PS2_MOUSE,
    SYNTHETIC_MOUSE,
    S3_DISPLAY,
    SYNTHETIC_DISPLAY,
    SYNTHETIC_DISPLAY_BEFORE_2016,
    DISPLAY_3D,
    PCI_EXPRESS_PORT,
    GPU_PARTITION,
    SYNTHETIC_NIC,
    EMULATED_NIC,
    ETHERNET_CONNECTION,
    FIBRE_CHANNEL_PORT,
    FIBRE_CHANNEL_CONNECTION,
)
