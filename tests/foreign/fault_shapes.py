"""The shapes of faults as recorded from real hosts, for comparison (sources: see test_golden_faults.py)."""

from __future__ import annotations

from tests.foreign.raw_wsman import NAMESPACES

PROVIDER = r'provider="WMI Provider" path="%systemroot%\system32\WsmWmiPl.dll"'


def wmi_error(cim_status: int, code: int, category: int = 0) -> str:
    """MSFT_WmiError as recorded of a quota: every property, its type, and nil where there is nothing."""
    nil = 'xsi:type="cim:cimString" xsi:nil="true"'
    number, short, string = (
        f'xsi:type="cim:cim{kind}"' for kind in ("UnsignedInt", "UnsignedShort", "String")
    )
    return f"""
        <p:MSFT_WmiError xmlns:p="{NAMESPACES["error"]}" b:IsCIM_Error="true" xsi:type="p:MSFT_WmiError_Type">
          <p:CIMStatusCode {number}>{cim_status}</p:CIMStatusCode>
          <p:CIMStatusCodeDescription {nil}/>
          <p:ErrorSource {nil}/>
          <p:ErrorSourceFormat {short}>0</p:ErrorSourceFormat>
          <p:ErrorType {short}>0</p:ErrorType>
          <p:Message {string}>{{TEXT}}</p:Message>
          <p:MessageID {string}>HRESULT 0x{code:08x}</p:MessageID>
          <p:OtherErrorSourceFormat {nil}/>
          <p:OtherErrorType {nil}/>
          <p:OwningEntity {nil}/>
          <p:PerceivedSeverity {short}>0</p:PerceivedSeverity>
          <p:ProbableCause {short}>0</p:ProbableCause>
          <p:ProbableCauseDescription {nil}/>
          <p:error_Category {number}>{category}</p:error_Category>
          <p:error_Code {number}>{code}</p:error_Code>
          <p:error_Type {string}>HRESULT</p:error_Type>
          <p:error_WindowsErrorMessage {string}>{{TEXT}}</p:error_WindowsErrorMessage>
        </p:MSFT_WmiError>"""


def provider_fault(code: int, namespace: str, operation: str, parameter: str) -> str:
    """A fault of WMI: the code again, by the host's own name, and what WMI was doing; no HRESULT of WMI."""
    uri = f"{namespace}/__ExtendedStatus"
    return f"""
        <f:WSManFault Code="{code}" Machine="hv1"><f:Message>
          <f:ProviderFault {PROVIDER}>
            <f:WSManFault Code="{code}" Machine="HV1"><f:Message>{{TEXT}}</f:Message></f:WSManFault>
            <f:ExtendedError><p:__ExtendedStatus xmlns:p="{uri}" xsi:type="p:__ExtendedStatus_Type">
              <p:Description xsi:nil="true"/>
              <p:Operation>{operation}</p:Operation>
              <p:ParameterInfo>{parameter}</p:ParameterInfo>
              <p:ProviderName>WinMgmt</p:ProviderName>
              <p:StatusCode xsi:nil="true"/>
            </p:__ExtendedStatus></f:ExtendedError>
          </f:ProviderFault></f:Message></f:WSManFault>"""


def fault(code: str, subcode: str, detail: str) -> str:
    return f"""
        <s:Fault>
          <s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>
          <s:Reason><s:Text xml:lang="en-US">{{TEXT}}</s:Text></s:Reason>
          <s:Detail>{detail}</s:Detail>
        </s:Fault>"""


def simple(code: int) -> str:
    """A fault of WinRM itself."""
    return f'<f:WSManFault Code="{code}" Machine="hv1"><f:Message>{{TEXT}}</f:Message></f:WSManFault>'


def detail_of(name: str) -> str:
    return f"<w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/{name}</w:FaultDetail>"
