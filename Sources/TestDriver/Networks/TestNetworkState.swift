import DriverKit
import Virt
import VirtXML

/// A network of the test host.
struct TestNetworkState: StartableObject {
    let uuid: UUID
    var live: NetworkDefinition?
    var persistent: NetworkDefinition?
    var isAutostarted = false

    static let kind = ObjectKind<NetworkReference>(
        noun: "network", missing: .noNetwork, origin: .test, definitions: .network, filter: .startable()
    ) { .networkLifecycle(NetworkLifecycleEvent(network: $0, event: $1, detail: 0)) }

    init(uuid: UUID) { self.uuid = uuid }

    var reference: NetworkReference { NetworkReference(name: title, uuid: uuid) }

    /// The network that `test:///default` starts with.
    static let standard = """
        <network>
          <name>default</name>
          <uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid>
          <forward mode='nat'/>
          <bridge name='virbr0'/>
          <ip address='192.168.122.1' netmask='255.255.255.0'>
            <dhcp>
              <range start='192.168.122.2' end='192.168.122.254'/>
            </dhcp>
          </ip>
        </network>
        """
}
