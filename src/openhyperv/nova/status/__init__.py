"""``openhyperv-status upgrade check``: is what nova-compute needs there, before it is started?"""
