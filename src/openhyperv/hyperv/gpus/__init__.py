"""GPUs that machines share: RemoteFX on Windows Server 2012 R2 and 2016, partitions on 2025."""
