"""What processors cannot do, and how that is said."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   hw:cpu_features=aes
       cpu-features: hw:cpu_features asks for 'aes'; allowed are vmx, svm. Leave other features out:
       a guest sees every one of its host that Hyper-V can pass on.
2025   hw_cpu_features=vmx,avx2
       cpu-features: hw_cpu_features asks for 'avx2'; allowed are vmx, svm. Leave other features
       out: a guest sees every one of its host that Hyper-V can pass on.
2025   hw:cpu_features=+vmx
       cpu-features: hw:cpu_features asks for '+vmx'; allowed are vmx, svm. Leave other features
       out: a guest sees every one of its host that Hyper-V can pass on.
2012R2 hw:cpu_features=vmx
       unsupported: Nested virtualization by vmx needs Windows Server 2016 (10.0) or newer; this
       host is 6.3.9600.
2012   hw_cpu_features=VMX
       unsupported: Nested virtualization by vmx needs Windows Server 2016 (10.0) or newer; this
       host is 6.2.9200.
2019   hw:cpu_features=svm
       unsupported: Nested virtualization by svm needs Windows Server 2022 (10.0.20348) or newer;
       this host is 10.0.17763.
2016   hw_cpu_features='vmx, svm'
       unsupported: Nested virtualization by svm needs Windows Server 2022 (10.0.20348) or newer;
       this host is 10.0.14393.
2025   hyperv:limit_cpu_features=maybe
       cpu-features: hyperv:limit_cpu_features is 'maybe'; allowed are true, yes, 1, false, no, 0.
2012R2 img_hide_hypervisor_id=true
       unsupported: Hiding the hypervisor from the guest needs Windows Server 2016 (10.0) or newer;
       this host is 6.3.9600.
2012R2 hw:hide_hypervisor_id=yes
       unsupported: Hiding the hypervisor from the guest needs Windows Server 2016 (10.0) or newer;
       this host is 6.3.9600.
2025   img_hide_hypervisor_id=perhaps
       cpu-features: img_hide_hypervisor_id is 'perhaps'; allowed are true, yes, 1, false, no, 0.
2025   hw:cpu_policy=dedicated
       unsupported: The flavor extra spec hw:cpu_policy=dedicated asks for something that is not
       available here: Hyper-V does not pin processors of machines to those of the host. Remove the
       flavor extra spec, if the machine can do without it.
2025   hw_cpu_policy=mixed
       unsupported: The image property hw_cpu_policy=mixed asks for something that is not available
       here: Hyper-V does not pin processors of machines to those of the host. Remove the image
       property, if the machine can do without it.
2025   hw:cpu_dedicated_mask=0-1
       unsupported: The flavor extra spec hw:cpu_dedicated_mask=0-1 asks for something that is not
       available here: Hyper-V does not pin processors of machines to those of the host. Remove the
       flavor extra spec, if the machine can do without it.
2025   hw:cpu_thread_policy=isolate
       unsupported: The flavor extra spec hw:cpu_thread_policy=isolate asks for something that is
       not available here: Hyper-V does not pin processors of machines to those of the host. Remove
       the flavor extra spec, if the machine can do without it.
2025   hw:cpu_realtime=yes
       unsupported: The flavor extra spec hw:cpu_realtime=yes asks for something that is not
       available here: Hyper-V has no real-time processors. Remove the flavor extra spec, if the
       machine can do without it.
2025   hw:mem_page_size=1GB
       unsupported: The flavor extra spec hw:mem_page_size=1GB asks for something that is not
       available here: Hyper-V chooses the size of memory pages itself. Remove the flavor extra
       spec, if the machine can do without it.
2025   hw_mem_page_size=large
       unsupported: The image property hw_mem_page_size=large asks for something that is not
       available here: Hyper-V chooses the size of memory pages itself. Remove the image property,
       if the machine can do without it.
2025   hw:mem_page_size=2048
       unsupported: The flavor extra spec hw:mem_page_size=2048 asks for something that is not
       available here: Hyper-V chooses the size of memory pages itself. Remove the flavor extra
       spec, if the machine can do without it.
2025   hw:mem_encryption=true
       unsupported: The flavor extra spec hw:mem_encryption=true asks for something that is not
       available here: Hyper-V does not encrypt a machine's memory; os_vtpm encrypts its state.
       Remove the flavor extra spec, if the machine can do without it.
2025   hw:cpu_sockets=2
       unsupported: The flavor extra spec hw:cpu_sockets=2 asks for something that is not available
       here. Remove the flavor extra spec, if the machine can do without it.
2025   hw:emulator_threads_policy=share
       unsupported: The flavor extra spec hw:emulator_threads_policy=share asks for something that
       is not available here. Remove the flavor extra spec, if the machine can do without it.
2025   resources:PCPU=2
       unsupported: The flavor extra spec resources:PCPU=2 asks for something that is not available
       here. Remove the flavor extra spec, if the machine can do without it.
2025   resources1:PCPU=2
       unsupported: The flavor extra spec resources1:PCPU=2 asks for something that is not available
       here. Remove the flavor extra spec, if the machine can do without it.
"""


@shows("E5", "E8")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
