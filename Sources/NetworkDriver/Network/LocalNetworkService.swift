import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The networks of this host as its clients see them.
struct LocalNetworkService: RegisteredNetworks {
    let driver: NetworkDriver

    static let functions = (lists: "networkConnect", calls: "network")
    var networks: ObjectRegistry<LocalNetwork> { driver.registry }

    func network(_ reference: NetworkReference) -> any NetworkOperations {
        NetworkCalls(driver: driver, reference: reference)
    }

    func networkPort(_ reference: NetworkPortReference) -> any NetworkPortOperations {
        NetworkPortCalls(driver: driver, reference: reference)
    }

    /// The link by which the host reaches others, and what it is: `bridge`, `wireless`, `link`, or `none` where there is none.
    func uplink() async throws(VirtError) -> HostUplink {
        let uplink = await Blocking.run { Uplink.current }
        return HostUplink(device: uplink?.name ?? "", kind: uplink?.kind.rawValue ?? "none")
    }

    func put(_ xml: String, toStart: Bool) async throws(VirtError) -> NetworkReference {
        let definition = try ObjectRegistry<LocalNetwork>.definition(xml)
        return toStart ? try await driver.createTransient(definition) : try await driver.define(definition)
    }
}
