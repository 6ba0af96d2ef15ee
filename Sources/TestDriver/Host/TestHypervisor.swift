import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The test host as one client sees it.
struct TestHypervisor: DomainHypervisor {
    let host: TestHost
    let address: ConnectionURI

    func domainCreateXML(xml: String, flags: DomainCreateFlags) async throws(VirtError) -> DomainReference {
        try TestDomain.driver.require(flags, .startValidate, in: "DomainCreateXML")
        try await DocumentSchema.domain.check(xml, if: flags.contains(.startValidate))
        let definition = try await host.definition(xml)
        return try await withDomain(of: definition) { (domain) async throws(VirtError) in
            try await domain.startTransient(definition)
        }
    }
}
