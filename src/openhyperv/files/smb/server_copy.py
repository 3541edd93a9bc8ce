"""Copying on the host itself: the bytes do not come here ([MS-SMB2] 3.3.5.15.6)."""

from __future__ import annotations

from collections.abc import Iterator

from smbprotocol.ioctl import (
    CtlCode,
    IOCTLFlags,
    SMB2IOCTLRequest,
    SMB2IOCTLResponse,
    SMB2SrvCopyChunk,
    SMB2SrvCopyChunkCopy,
    SMB2SrvCopyChunkResponse,
    SMB2SrvRequestResumeKey,
)
from smbprotocol.structure import Structure

from openhyperv.errors import ProtocolError
from openhyperv.files.smb.remote_file import RemoteFile

_CHUNK_BYTES, _CHUNKS_AT_ONCE = 1 << 20, 16
"""What Windows takes in one request, unless it is configured otherwise ([MS-SMB2] 3.3.3)."""
_KEY_ANSWER_BYTES, _COPY_ANSWER_BYTES = 32, 12


def copy_open_file(source: RemoteFile, target: RemoteFile) -> Iterator[int]:
    """Copy the whole of a file into another of the same host; yields how many bytes are there by now.

    :raises ProtocolError: the host says that it copied less than it was asked to
    """
    key = SMB2SrvRequestResumeKey()
    key.unpack(_control(source, CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, _KEY_ANSWER_BYTES, None))
    done_bytes = 0
    all_chunks = list(_chunks(source.size_bytes))
    for start in range(0, len(all_chunks), _CHUNKS_AT_ONCE):
        chunks = all_chunks[start : start + _CHUNKS_AT_ONCE]
        wanted = SMB2SrvCopyChunkCopy()
        wanted["source_key"] = key["resume_key"].get_value()
        wanted["chunks"] = chunks
        done_bytes += _copied(target, wanted, sum(chunk["length"].get_value() for chunk in chunks))
        yield done_bytes


def _chunks(size_bytes: int) -> Iterator[SMB2SrvCopyChunk]:
    for offset in range(0, size_bytes, _CHUNK_BYTES):
        chunk = SMB2SrvCopyChunk()
        chunk["source_offset"] = chunk["target_offset"] = offset
        chunk["length"] = min(_CHUNK_BYTES, size_bytes - offset)
        yield chunk


def _copied(target: RemoteFile, wanted: SMB2SrvCopyChunkCopy, wanted_bytes: int) -> int:
    answer = SMB2SrvCopyChunkResponse()
    answer.unpack(_control(target, CtlCode.FSCTL_SRV_COPYCHUNK, _COPY_ANSWER_BYTES, wanted))
    copied_bytes = int(answer["total_bytes_written"].get_value())
    if copied_bytes != wanted_bytes:
        raise ProtocolError(f"The host copied {copied_bytes} of {wanted_bytes} bytes.")
    return copied_bytes


def _control(file: RemoteFile, code: int, answer_bytes: int, buffer: Structure | None) -> bytes:
    request = SMB2IOCTLRequest()
    request["ctl_code"] = code
    request["file_id"] = file.handle.file_id
    request["max_output_response"] = answer_bytes
    request["flags"] = IOCTLFlags.SMB2_0_IOCTL_IS_FSCTL
    if buffer is not None:
        request["buffer"] = buffer
    response = SMB2IOCTLResponse()
    response.unpack(file.session.receive(file.session.send(request, file.share)))
    return bytes(response["buffer"].get_value())
