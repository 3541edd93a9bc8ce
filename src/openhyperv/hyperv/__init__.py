"""One Hyper-V host as Python objects. :class:`openhyperv.hyperv.host.Host` is the way in."""
