"""Extra specs through Nova's API, at a microversion that validates them, down to the machine."""

from __future__ import annotations

import pytest
from nova.tests.functional.api.client import OpenStackApiException
from tests.capabilities import shows
from tests.hyperv.test_reconfigure import device

from tests_openstack.nova.cloud import Cloud


class ExtraSpecsOfHyperV(Cloud):
    microversion = "2.86"

    @shows("E8")
    def test_what_only_we_know_is_taken_and_becomes_the_machine(self) -> None:
        flavor = self.flavor(hyperv__limit_cpu_features="true", hw__cpu_features="vmx")
        server = self.server(self.image(), flavor_id=flavor)
        machine = self.machine(server)
        processor = device(self.host, machine, "Msvm_ProcessorSettingData")
        assert processor["ExposeVirtualizationExtensions"]
        assert processor["LimitProcessorFeatures"]

    def test_values_that_no_machine_can_have_are_refused_at_once(self) -> None:
        flavor = self.flavor()
        for name, value in (("os:vram", "65"), ("hw:cpu_features", "aes"), ("hyperv:no_such_word", "1")):
            with pytest.raises(OpenStackApiException) as refused:
                self.admin_api.post_extra_spec(flavor, {"extra_specs": {name: value}})
            assert refused.value.response.status_code == 400
            assert name in str(refused.value) or value in str(refused.value)
