"""The same work done by os-win over ``openhyperv.wmi`` and by ``openhyperv.hyperv``, on the same host."""
