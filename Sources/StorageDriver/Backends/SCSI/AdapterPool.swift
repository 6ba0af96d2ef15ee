import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// The disks behind a SCSI controller, or behind a Fibre Channel port that the pool makes for itself.
struct AdapterPool: SCSIBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    private var adapter: SCSIAdapter {
        SCSIAdapter(adapter: pool.source.adapter ?? PoolAdapter(), system: driver.places.system)
    }

    func host() async throws(VirtError) -> Int {
        let adapter = adapter
        return try await Blocking.run { () throws(VirtError) in try adapter.host() }
    }

    func start() async throws(VirtError) {
        let adapter = adapter
        try await Blocking.run { () throws(VirtError) in
            if adapter.adapter.type == .fcHost { _ = try adapter.makePort() }
            try SCSIAdapter.scan(adapter.host(), adapter.system)
        }
        _ = try? await driver.run(DiskCommand.settle())
    }

    func stop() async throws(VirtError) {
        let adapter = adapter
        guard adapter.adapter.type == .fcHost, adapter.adapter.managed == true else { return }
        try await Blocking.run { () throws(VirtError) in try adapter.removePort() }
    }

    func isThere() async -> Bool {
        let adapter = adapter
        return await Blocking.run {
            guard let host = try? adapter.host() else { return false }
            return FileSystem.exists("\(adapter.system)/class/scsi_host/host\(host)")
        }
    }
}
