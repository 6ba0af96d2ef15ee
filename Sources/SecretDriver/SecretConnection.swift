import DriverKit
import Virt
import VirtDriver

/// One client's connection to `secret:///system`, which has secrets and nothing else.
struct SecretConnection: DriverConnection {
    let driver: SecretDriver
    let uri: ConnectionURI
    let isReadOnly: Bool

    var hypervisor: any HypervisorService { SecretHypervisor(address: uri) }
    var secrets: any SecretService { driver.service(readOnly: isReadOnly) }

    var events: any EventSource { driver.events.source(of: [.secret]) }

    func supports(_ feature: DriverFeature) -> Bool { feature == .remoteEventCallback }
}

/// What can be asked of any connection.
private struct SecretHypervisor: HypervisorService {
    let address: ConnectionURI

    func type() -> String { "secret" }
    func uri() -> String { address.description }
    func libVersion() -> UInt64 { APILevel.version }
    func isSecure() -> Bool { true }
}
