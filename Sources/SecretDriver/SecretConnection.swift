import DriverKit
import Virt
import VirtDriver

/// One client's connection to `secret:///system`, which has secrets and nothing else.
struct SecretConnection: DriverConnection {
    let driver: SecretDriver
    let uri: ConnectionURI
    let client: Client

    var hypervisor: any HypervisorService { BareHypervisor("secret", uri) }
    var secrets: any SecretService { LocalSecretService(driver: driver, client: client) }

    var events: any EventSource { driver.events.source(of: [.secret]) }

    func supports(_ feature: DriverFeature) -> Bool { feature == .remoteEventCallback }
}
