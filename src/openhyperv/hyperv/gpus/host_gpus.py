"""``host.gpus``: the GPUs of a host that machines share."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, FaultError, InvalidInputError, NotFoundError
from openhyperv.hyperv.facts import host_version
from openhyperv.hyperv.gpus.gpu import GpuAmount, PartitionableGpu, RemoteFxGpu
from openhyperv.hyperv.gpus.settings import PARTITIONABLE_GPU, gpu_path
from openhyperv.hyperv.gpus.sharing import check_partitioning, has_remotefx
from openhyperv.hyperv.values import entries, number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import Select, equal, select

_MIB = 1 << 20
_NO_CLASS = 0x80041010
"""WBEM_E_INVALID_CLASS: the host's release does not know such GPUs."""


class HostGpus:
    """The GPUs of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_remotefx(self) -> bool:
        """True where the role service that RemoteFX needs is installed; one query."""
        return has_remotefx(self._session)

    def remotefx(self) -> list[RemoteFxGpu]:
        """Those that are enabled for RemoteFX; none where the release has none. One query."""
        query = select("Msvm_Physical3dGraphicsProcessor").where(equal("EnabledForVirtualization", True))
        return [_remotefx_gpu(row) for row in self._known(query)]

    def partitionable(self) -> list[PartitionableGpu]:
        """Those whose drivers offer partitions; none where the release has none. One query."""
        return [_partitionable_gpu(row) for row in self._known(select(PARTITIONABLE_GPU))]

    def _known(self, query: Select) -> Iterator[Instance]:
        try:
            yield from self._session.query(query)
        except NotFoundError as error:
            if error.code != _NO_CLASS:
                raise

    def find(self, name: str) -> PartitionableGpu:
        """A partitionable GPU by its device path, or by a part of that or of its label; one query.

        :raises NotFoundError: none fits
        :raises ConflictError: several do
        """
        gpus = self.partitionable()
        exact = [gpu for gpu in gpus if gpu.name.lower() == name.lower()]
        found = exact or [gpu for gpu in gpus if name.lower() in f"{gpu.name}\n{gpu.label}".lower()]
        if not found:
            raise NotFoundError("There is no such partitionable GPU.", host=self._session.host, target=name)
        if len(found) > 1:
            raise ConflictError(
                "Several partitionable GPUs are called that.",
                host=self._session.host,
                target=name,
                remedy="Name one by its whole device path.",
            )
        return found[0]

    def partition(self, name: str, count: int) -> PartitionableGpu:
        """Cut a GPU, named as for :meth:`find`, into that many partitions; returns it as it is then.

        Nothing is sent where it is so already. Machines keep what they ask for, and get their part of it
        when they start.

        :raises UnsupportedError: the host is older than Windows Server 2025
        :raises InvalidInputError: its driver does not offer that count
        :raises ConflictError: machines run with partitions of it
        """
        check_partitioning(self._session, host_version(self._session))
        gpu = self.find(name)
        if count not in gpu.valid_partition_counts:
            offered = ", ".join(map(str, sorted(gpu.valid_partition_counts)))
            message = f"This GPU has no {count} partitions; its driver offers {offered}."
            raise InvalidInputError(message, host=self._session.host, target=gpu.name)
        if count == gpu.partition_count:
            return gpu
        self._put(gpu, count)
        return self.find(gpu.name)

    def _put(self, gpu: PartitionableGpu, count: int) -> None:
        change = Instance(PARTITIONABLE_GPU, {"PartitionCount": count}, path=gpu_path(gpu.name))
        try:
            self._session.put(change)
        except FaultError as error:
            if gpu.vram.available == gpu.vram.total:
                raise
            raise ConflictError(
                "Machines run with partitions of this GPU.",
                host=self._session.host,
                target=gpu.name,
                operation=error.operation,
                code=error.code,
                remedy="Turn them off first.",
            ) from error


def _remotefx_gpu(row: Instance) -> RemoteFxGpu:
    return RemoteFxGpu(
        text(row, "Name"),
        text(row, "DriverVersion"),
        text(row, "DirectXVersion"),
        number(row, "TotalVideoMemory") // _MIB,
        number(row, "AvailableVideoMemory") // _MIB,
    )


def _partitionable_gpu(row: Instance) -> PartitionableGpu:
    return PartitionableGpu(
        name=text(row, "Name"),
        label=text(row, "ElementName"),
        partition_count=number(row, "PartitionCount"),
        valid_partition_counts=tuple(
            n for n in entries(row.get("ValidPartitionCounts")) if isinstance(n, int)
        ),
        vram=_amount(row, "VRAM"),
        encode=_amount(row, "Encode"),
        decode=_amount(row, "Decode"),
        compute=_amount(row, "Compute"),
    )


def _amount(row: Instance, resource: str) -> GpuAmount:
    return GpuAmount(
        total=number(row, f"Total{resource}"),
        available=number(row, f"Available{resource}"),
        minimum=number(row, f"MinPartition{resource}"),
        maximum=number(row, f"MaxPartition{resource}"),
        optimal=number(row, f"OptimalPartition{resource}"),
    )
