import ByteText
import DriverKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// The driver of a host's devices, for `nodedev:///system` and for every hypervisor's connections.
public final class NodeDeviceDriver: Driver {
    let registry = ObjectRegistry<NodeDevice>()
    let reader: DeviceReader
    let mdevctl: Mdevctl
    let events: EventHub
    let log: Logger
    public let name = "nodedev"
    private let uriPath: String
    private let news = Mutex<DeviceNews?>(nil)
    private let changes = AsyncStream.makeStream(of: [DeviceChange]?.self)

    /// - Parameters:
    ///   - tree: where the devices are.
    ///   - mdevctl: the program that keeps mediated devices, or its name.
    ///   - uriPath: `/system`, or `/session` in the daemon of a user.
    public init(
        tree: DeviceTree = DeviceTree(), mdevctl: String = "mdevctl", uriPath: String, events: EventHub,
        log: Logger
    ) {
        reader = DeviceReader(tree: tree)
        self.mdevctl = Mdevctl(program: mdevctl)
        (self.uriPath, self.events, self.log) = (uriPath, events, log)
    }

    /// Reads which devices there are. What changes meanwhile is heard of, and taken afterwards.
    public func start() async throws(VirtError) {
        if reader.tree.isHost { listen() }
        try await registry.change { () throws(VirtError) in self.readAll() }
        await readMediated()
        let stream = changes.stream
        Task { [weak self] in
            for await batch in stream { await self?.take(batch) }
        }
    }

    public func stop() async {
        news.withLock { $0 = nil }
        changes.continuation.finish()
    }

    private func listen() {
        let queue = changes.continuation
        do throws(SystemError) {
            let heard = try DeviceNews { queue.yield($0) }
            news.withLock { $0 = heard }
        } catch {
            log.warning("devices that come and go aren't heard of: \(error)")
        }
    }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try openHost(request, at: uriPath, events: events, from: .nodedev)
    }

    /// Every hypervisor's clients see the devices.
    public func offer(to services: inout HostServices) {
        services.nodeDevices = { _ in LocalNodeDeviceService(driver: self) }
    }
}
