import DriverKit
import LinuxSystem
import Synchronization
import Virt
import VirtDriver

/// A driver without a hypervisor: `test:///default`, and `test:///path/to/host.xml`.
///
/// It keeps everything in memory, so that programs can try all calls without touching a guest. All connections
/// to `test:///default` share one host for as long as there is one; each connection to a file has its own.
public final class TestDriver: Driver {
    /// The driver of this process.
    public static let shared = TestDriver()

    private struct Standard {
        var host: TestHost?
        var users = 0
    }

    private let standard = Mutex(Standard())

    public let name = "test"

    private let opensFiles: Bool

    /// - Parameter opensFiles: whether `test:///path/to/host.xml` is opened, and guests are saved to files. A daemon that serves others than the
    ///   user that it runs as must not read files for them.
    public init(opensFiles: Bool = true) { self.opensFiles = opensFiles }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        let uri = request.uri
        guard uri.driver == "test", uri.transport == nil, uri.host.isEmpty else { return nil }
        switch uri.path {
        case "/default":
            return TestConnection(host: try takeStandard(), uri: uri) { [weak self] in self?.giveUpStandard()
            }
        case "", "/":
            throw VirtError(.invalidArg, "testOpen: supply a path or use test:///default", from: .test)
        case let path:
            guard opensFiles else {
                throw VirtError(
                    .operationDenied,
                    "\(uri): this daemon serves test:///default alone; open the file with virsh -c test://\(path), "
                        + "which reads it in its own process", from: .test)
            }
            return TestConnection(host: try await TestHost(file: path), uri: uri) {}
        }
    }

    private func takeStandard() throws(VirtError) -> TestHost {
        try standard.withLock { (standard) throws(VirtError) -> TestHost in
            let host: TestHost
            if let known = standard.host {
                host = known
            } else {
                host = try TestHost.standard(opensFiles: opensFiles)
            }
            (standard.host, standard.users) = (host, standard.users + 1)
            return host
        }
    }

    private func giveUpStandard() {
        standard.withLock { standard in
            standard.users -= 1
            if standard.users == 0 { standard.host = nil }
        }
    }
}
