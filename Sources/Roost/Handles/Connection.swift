import RemoteProtocol
import TestDriver
import Virt
import VirtDriver

/// A connection to a hypervisor: in this process (`test:///default`) or behind a daemon's socket.
///
/// Its calls, and those of the objects that it gives out, may be made from any task, several at a time.
/// libvirt's `virConnectPtr`.
public struct Connection: Sendable {
    /// What answers the calls.
    public let driver: any DriverConnection

    /// Whether calls that change anything are refused before the driver hears of them.
    public let isReadOnly: Bool

    /// A connection that `driver` answers.
    public init(driver: any DriverConnection, readOnly: Bool = false) {
        self.driver = driver
        isReadOnly = readOnly
    }

    /// Opens a URI such as `qemu:///system`, `qemu+unix:///system?socket=/path` or `test:///default`.
    ///
    /// - Parameter drivers: what runs in this process; what they don't know is behind a daemon's socket.
    /// - Throws: `noConnect` where nothing serves the URI, `systemError` where the daemon's socket doesn't answer.
    ///
    /// libvirt's `virConnectOpen` and `virConnectOpenReadOnly`.
    public static func open(
        _ uri: String, readOnly: Bool = false, with drivers: [any Driver] = [TestDriver.shared]
    ) async throws(VirtError) -> Connection {
        let request = OpenRequest(try ConnectionURI(uri), for: .thisProcess(readOnly: readOnly))
        let driver = try await DriverSet(drivers + [RemoteDriver()]).open(request)
        return Connection(driver: driver, readOnly: readOnly)
    }

    /// Throws where a read-only connection may not make this call: the rule that the daemon goes by, too.
    func permit<Arguments, Reply>(
        _ procedure: Procedure<Arguments, Reply>, flags: UInt32 = 0
    ) throws(VirtError) {
        guard isReadOnly else { return }
        let facts = ProcedureFacts.find(program: procedure.program, number: procedure.number)
        try facts?.requireAllowedReadOnly { () throws(VirtError) in flags }
    }

    /// Ends the connection; what belonged to it (streams, subscriptions) ends with it.
    ///
    /// libvirt's `virConnectClose`.
    public func close() async { await driver.close() }

    /// The domain with this name. libvirt's `virDomainLookupByName`.
    public func domain(named name: String) async throws(VirtError) -> Domain {
        try await domainLookupByName(name: name)
    }

    /// All domains, or those that the flags choose. libvirt's `virConnectListAllDomains`.
    public func domains(_ flags: ConnectListAllDomainsFlags = []) async throws(VirtError) -> [Domain] {
        try await listAllDomains(flags: flags)
    }

    /// Asks the other side for signs of life every `interval` from now on, and ends the connection after `count`
    /// that nothing came back for; an interval of zero ends that. In process nothing has to be asked.
    ///
    /// libvirt's `virConnectSetKeepAlive`.
    public func setKeepalive(interval: Duration, count: Int) {
        driver.setKeepalive(interval: interval, count: count)
    }

    /// Calls `body` once when the connection ends by itself. libvirt's `virConnectRegisterCloseCallback`.
    public func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) {
        driver.onClose { reason in
            if reason != .client { body(reason) }
        }
    }
}

extension Domain {
    /// The name that it had when this handle was made.
    public var name: String { reference.name }
    /// What identifies it for good.
    public var uuid: UUID { reference.uuid }
    /// Its number while it runs, -1 while it doesn't, as of when this handle was made.
    public var id: Int32 { reference.id }

    /// Its definition as XML. libvirt's `virDomainGetXMLDesc`.
    public func xml(_ flags: DomainXMLFlags = []) async throws(VirtError) -> String {
        try await xmlDesc(flags: flags)
    }
}
